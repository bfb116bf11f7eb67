#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// User data of kernel objects: opaque to the kernel, and by nft(8)'s convention a list of fields.
// The types are libnftnl's (libnftnl/udata.h).
//
//     +------+--------+-------------------+
//     | type | length | value             |  one byte each, then `length` bytes
//     +------+--------+-------------------+
//
namespace portcullis::nl {

using Userdata = std::vector<std::uint8_t>;

void append_field(Userdata& userdata, std::uint8_t type, std::span<const std::uint8_t> value);

// In host byte order, as nft writes it.
void append_u32(Userdata& userdata, std::uint8_t type, std::uint32_t value);

// With its terminating zero; nothing if it is empty. At most kMaxComment bytes.
void append_comment(Userdata& userdata, std::uint8_t type, std::string_view comment);

// The comment in user data that anyone may have written; "" if there is none.
std::string find_comment(std::span<const std::uint8_t> userdata, std::uint8_t type);

// Gives a libnftnl object user data with its nftnl_*_set_data(); empty user data is left out.
template <auto kSetData, class Object>
void set_userdata(Object* object, std::uint16_t attribute, const Userdata& userdata) {
  if (userdata.empty()) return;
  kSetData(object, attribute, userdata.data(), static_cast<std::uint32_t>(userdata.size()));
}

// The comment in a libnftnl object's user data, read with its nftnl_*_get_data().
template <auto kGetData, class Object>
std::string comment_of(Object* object, std::uint16_t attribute, std::uint8_t type) {
  std::uint32_t size = 0;
  const void* data = kGetData(object, attribute, &size);
  if (data == nullptr) return {};
  return find_comment({static_cast<const std::uint8_t*>(data), size}, type);
}

}  // namespace portcullis::nl
