#pragma once

#include <cstddef>
#include <cstdint>

namespace portcullis {

// Changes what messages of nf_tables say and not how they are framed, as a kernel could: values of
// the same size, attributes and messages that are missing, come twice, or in another order.
// libnftnl ends the process where an attribute has a size that the kernel never gives it. In place,
// as LLVMFuzzerCustomMutator() of libFuzzer: `data` has room for `most` bytes; returns how many
// there are now.
std::size_t mutate_messages(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

}  // namespace portcullis
