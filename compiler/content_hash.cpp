#include "compiler/content_hash.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <cstddef>

namespace portcullis {

std::string content_hash(std::string_view content) {
  static constexpr char kDigits[] = "0123456789abcdef";
  // A version 5 UUID is a SHA-1 with 6 bits overwritten, in the bytes 6 and 8.
  static constexpr std::size_t kBytes[] = {0, 1, 2, 3, 4, 5, 9, 10, 11, 12};
  const boost::uuids::name_generator_sha1 sha1(boost::uuids::ns::oid());
  const auto digest = sha1(content.data(), content.size());
  std::string text;
  for (const auto i : kBytes) {
    text += kDigits[digest.data[i] >> 4];
    text += kDigits[digest.data[i] & 0xf];
  }
  return text;
}

}  // namespace portcullis
