#pragma once

#include <string>
#include <vector>

namespace portcullis {

// "; did you mean --from?" of the candidate that a typing error or two make of `word`; empty if
// there is none.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace portcullis
