#pragma once

#include <string>
#include <vector>

#include "compiler/objects.h"

namespace portcullis::bench {

// A pod as kube-apiserver tells of it: about 6 KB, as those of a Deployment have, of which next to
// nothing matters to us. `managed_fields`: with those, a third of it, which a server adds by itself
// to what is posted.
std::string pod_json(const Pod& pod, bool managed_fields = true);

// One page of a list of them, and the event of a watch.
std::string page_json(const std::vector<std::string>& pods);
std::string event_json(const std::string& pod);

}  // namespace portcullis::bench
