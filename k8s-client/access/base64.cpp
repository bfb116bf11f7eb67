#include "k8s-client/access/base64.h"

#include <cpprest/asyncrt_utils.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace portcullis::k8s {

std::string encode_base64(std::string_view bytes) {
  return utility::conversions::to_base64(std::vector<unsigned char>(bytes.begin(), bytes.end()));
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::string dense;
  std::copy_if(text.begin(), text.end(), std::back_inserter(dense),
               [&](char c) { return kBlank.find(c) == std::string_view::npos; });
  try {
    const auto bytes = utility::conversions::from_base64(dense);
    return std::string(bytes.begin(), bytes.end());
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace portcullis::k8s
