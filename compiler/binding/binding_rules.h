#pragma once

#include <array>
#include <string>
#include <vector>

#include "compiler/binding/bind_ports.h"
#include "compiler/ruleset/ruleset.h"

// The rules by which a pod is its interface: what enters through it must carry a source that is its
// own. They come before conntrack, so that no packet with another's source makes or finds a
// connection. See SEMANTICS, 17 and 23.
namespace portcullis {

// For routed pods, in the table inet portcullis:
//
//     prerouting   interface and source are bound?   -> accept
//                  a pod's interface?                -> unbound
//     unbound      link-local source, or what obtains an address, or a source that is allowed to
//                  all?                              -> accept
//                  otherwise                         -> count, drop
//
// For bridged pods, in the table bridge portcullis:
//
//     prerouting   a pod's interface?                -> frame
//     frame        IPv4, IPv6 or ARP?                -> as above; also the sender that an ARP
//     packet
//                                                       names, and the target of an advertisement
//                  otherwise, as with a tag          -> count, drop
//
// A pod does not advertise routers, and redirects nobody. Without ports of one kind there are no
// objects of it. `allowed`: sources that any pod may use besides; not /0.
Ruleset binding_rules(const Bindings& bindings, const std::vector<Cidr>& allowed);

// What their counters count.
inline constexpr std::array kUnbound = {"source", "neighbor", "frames"};

// One of these; empty: it is another counter.
std::string unbound_by(const CounterSpec& counter);

}  // namespace portcullis
