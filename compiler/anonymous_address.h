#pragma once

#include <array>

#include "compiler/address.h"
#include "compiler/profile_chain.h"

// Addresses that say nothing about who sends: every pod has a link-local address, and may use the
// unspecified one, but the API gives neither. A node sees them between the ports of a bridge only,
// for they are never routed.
//
// While a local pod is isolated in a direction, what has such an address at that end may be this
// pod's, and does not pass. For egress what hosts need to have addresses at all is excepted, by its
// length as well: DHCP discovery by broadcast (RFC 2131), router solicitation (RFC 4861), multicast
// listener discovery (RFC 2710, RFC 3810). Neighbour discovery has passed before: see
// forward_chain.h.
namespace portcullis {

inline constexpr int kLinkLocalPrefix = 10;
inline constexpr Address kLinkLocal{Family::kIpv6, AddressValue{0xfe80} << 112};  // the whole block

// As dispatched: for all link-local addresses the first of their block.
inline constexpr std::array kAnonymousAddresses = {Address{Family::kIpv4, 0},
                                                   Address{Family::kIpv6, 0}, kLinkLocal};

bool is_anonymous(const Address& address);  // whether it is one of these

// What decides such a direction while a local pod is isolated in it.
ProfileChain anonymous_chain(Direction direction);

}  // namespace portcullis
