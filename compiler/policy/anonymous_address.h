#pragma once

#include <array>

#include "compiler/base/address.h"
#include "compiler/policy/profile_chain.h"

// Addresses that do not identify a sender: every pod has a link-local address and may use the
// unspecified one, but the API reports neither. They are never routed, so a node sees them only
// between the ports of a bridge.
//
// While a local pod is isolated in a direction, packets with such an address at that end may be
// this pod's, and are dropped. For egress, what hosts need to obtain addresses is excepted, also by
// its length: DHCP discovery by broadcast (RFC 2131), router solicitation (RFC 4861), multicast
// listener discovery (RFC 2710, RFC 3810). Neighbour discovery has been accepted before: see
// forward_chain.h.
namespace portcullis {

inline constexpr int kLinkLocalPrefix = 10;
inline constexpr Address kLinkLocal{Family::kIpv6, AddressValue{0xfe80} << 112};  // the whole block

// As dispatched: the first address of the block stands for all link-local addresses.
inline constexpr std::array kAnonymousAddresses = {Address{Family::kIpv4, 0},
                                                   Address{Family::kIpv6, 0}, kLinkLocal};

bool is_anonymous(const Address& address);  // whether it is one of these

// Decides such a direction while a local pod is isolated in it.
ProfileChain anonymous_chain(Direction direction);

}  // namespace portcullis
