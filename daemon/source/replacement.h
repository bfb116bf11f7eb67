#pragma once

#include <string>
#include <vector>

#include "daemon/source/manifests.h"

namespace portcullis {

// Takes from `earlier` every object that `later` has too, with what was wrong with it, so that the
// later one counts. A line for each: "NetworkPolicy default/web: edited.yaml, document 1 replaces
// web.yaml, document 3".
std::vector<std::string> replace_objects(std::vector<ManifestFile>& earlier,
                                         const std::vector<ManifestFile>& later);

}  // namespace portcullis
