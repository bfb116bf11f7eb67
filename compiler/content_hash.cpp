#include "compiler/content_hash.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <cstddef>

#include "compiler/address.h"

namespace portcullis {
namespace {

constexpr int kDigits = 20;

AddressValue hash(std::string_view content) {
  // A version 5 UUID is a SHA-1 with 6 bits overwritten, in the bytes 6 and 8.
  static constexpr std::size_t kBytes[] = {0, 1, 2, 3, 4, 5, 9, 10, 11, 12};
  const boost::uuids::name_generator_sha1 sha1(boost::uuids::ns::oid());
  const auto digest = sha1(content.data(), content.size());
  AddressValue value = 0;
  for (const auto i : kBytes) value = value << 8U | digest.data[i];
  return value;
}

std::string text(AddressValue value) {
  std::string digits(kDigits, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value >>= 4U) {
    *digit = "0123456789abcdef"[static_cast<unsigned>(value & 0xfU)];
  }
  return digits;
}

}  // namespace

std::string content_hash(std::string_view content) { return text(hash(content)); }

}  // namespace portcullis
