#pragma once

#include "compiler/binding/bind_ports.h"
#include "compiler/model/binding_options.h"
#include "compiler/ruleset/ruleset.h"

// The rules by which a pod is its interface: what enters through it must carry a source that is its
// own. They come before conntrack, so that no packet with another's source makes or finds a
// connection. See SEMANTICS, 17 and 23.
namespace portcullis {

// For routed pods, in the table inet portcullis:
//
//     prerouting   interface and source are bound?   -> tunnels
//                  a pod's interface?                -> unbound
//                  a bridged pod's?                  -> count, drop
//     unbound      link-local source, or what obtains an address, or a source that is allowed to
//                  all?                              -> tunnels
//                  otherwise                         -> count, drop
//     tunnels      what a node takes for a packet of its overlay network, with another inside?
//                                                    -> count, drop
//                  otherwise                         -> accept
//
// For bridged pods, in the table bridge portcullis:
//
//     prerouting   IPv4?                             -> as above
//                  a pod's interface?                -> frame
//     frame        IPv6 or ARP?                      -> as above; also the sender that an ARP
//                                                       packet names, and the target of an
//                                                       advertisement, and of a solicitation from
//                                                       the unspecified address
//                  otherwise, as with a tag          -> count, drop
//
// The third rule of prerouting is for frames to the addresses of a bridge's own protocols
// (01:80:c2:00:00:0x): they skip the bridge's prerouting, and the node receives them from the port,
// as from a routed pod. Messages that only routers send (router advertisements, redirects, queries
// for multicast listeners) are dropped. Without ports of one kind there are no objects of it.
//
// If unknown pods are closed, also in both tables, where the set of pods' interfaces may be empty:
//
//     prerouting    could be a pod's interface, and is none of those above? -> closed
//     closed        what obtains an address, or finds a routed pod's neighbors?
//                                                                           -> accept
//                   otherwise                                               -> count, drop
//     unknown-pods  (forward) to what could be a pod's interface, and is none?
//                                                                           -> count, drop
//                   from or to what could be a pod's address, and is none of this node's (inet)?
//                                                                           -> count, drop
Ruleset binding_rules(const Bindings& bindings, const BindingOptions& options);

// The interfaces that a ruleset of ours binds, in both tables.
BoundInterfaces bound_interfaces(const Ruleset& ruleset);

}  // namespace portcullis
