#pragma once

#include <string>
#include <vector>

namespace portcullis {

// "; did you mean --from?" for the candidate within one or two typing errors of `word`; empty if
// there is none.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace portcullis
