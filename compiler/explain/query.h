#pragma once

#include <string>
#include <vector>

#include "compiler/connection.h"
#include "compiler/result.h"

namespace portcullis {

// The connections that a user asks about, one for each pair of addresses of one family, IPv4 first.
// Never empty.
//
// `from` is POD or IP, `to` is POD or IP, each with [:PORT[/PROTOCOL]] behind it. POD is
// "namespace/name"; PORT is a number, or a name that the destination pod gives it; PROTOCOL is TCP
// (the default), UDP or SCTP. Without a port, it is an ICMP echo. An IPv6 address with a port
// stands in brackets. kInvalidInput: it is not of this form; kNotFound: there is no such pod, or
// the pod has no address of its own (yet, any more, or undisputed), or no port of that name.
[[nodiscard]] Result<std::vector<Connection>> parse_query(const ClusterState& cluster,
                                                          const std::string& from,
                                                          const std::string& to);

}  // namespace portcullis
