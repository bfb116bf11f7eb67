#pragma once

#include <libmnl/libmnl.h>

#include <cstddef>

// The attributes of a message, or of a nested attribute, up to the first that is malformed.
namespace portcullis::nl {

template <class Take>
int pass_on(const nlattr* attr, void* take) {
  (*static_cast<Take*>(take))(attr);
  return MNL_CB_OK;
}

// `extra` is the size of the header that precedes them, such as an nfgenmsg.
template <class Take>
void for_each_attribute(const nlmsghdr* message, std::size_t extra, Take take) {
  mnl_attr_parse(message, static_cast<unsigned>(extra), pass_on<Take>, &take);
}

template <class Take>
void for_each_nested(const nlattr* nest, Take take) {
  mnl_attr_parse_nested(nest, pass_on<Take>, &take);
}

}  // namespace portcullis::nl
