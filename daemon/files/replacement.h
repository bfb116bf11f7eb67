#pragma once

#include <string>
#include <vector>

#include "daemon/files/manifests.h"

namespace portcullis {

// Removes from `earlier` every object that `later` also has, with its problems, so that the later
// one applies. One line per object: "NetworkPolicy default/web: edited.yaml, document 1 replaces
// web.yaml, document 3".
std::vector<std::string> replace_objects(std::vector<ManifestFile>& earlier,
                                         const std::vector<ManifestFile>& later);

}  // namespace portcullis
