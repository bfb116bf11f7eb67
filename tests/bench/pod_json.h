#pragma once

#include <string>
#include <vector>

#include "compiler/model/objects.h"

namespace portcullis::bench {

// With what a server adds, mainly managedFields, a third of the text; or without.
enum class PodText { kStored, kToPost };

// A pod like those of a Deployment, about 6 KB when stored, of which almost nothing matters to us.
std::string pod_json(const Pod& pod, PodText text = PodText::kStored);

// One page of a list of them, and the event of a watch.
std::string page_json(const std::vector<std::string>& pods);
std::string event_json(const std::string& pod);

}  // namespace portcullis::bench
