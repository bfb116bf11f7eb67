#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/verdict/connection.h"

namespace portcullis {

// A user's question about one pair of addresses.
struct Question {
  Connection connection;     // without a port: an ICMP echo
  bool all_traffic = false;  // no port was given: every port and protocol
  // The pods that were named and are on their node's network: their addresses are the node's.
  const Pod* source_host = nullptr;
  const Pod* destination_host = nullptr;
};

// Whether an address that no pod and no node has, and that could be a Service's, is treated as
// outside the cluster.
enum class Unknown : bool { kRefused, kOutside };

// One question for each pair of addresses of one family, IPv4 first. Never empty.
//
// `from` is POD or IP, `to` is POD or IP followed by [:PORT[/PROTOCOL]]. POD is "namespace/name";
// PORT is a number, a port name of the destination pod, or "icmp" for an echo; PROTOCOL is TCP (the
// default), UDP or SCTP. An IPv6 address with a port is in brackets. kInvalidInput: not of this
// form, or an address that no connection can have (parse_end_address()); kNotFound: no such pod or
// port name, the pod has no address of its own (yet, any more, or undisputed), or the address may
// be a Service's.
[[nodiscard]] Result<std::vector<Question>> parse_query(const ClusterState& cluster,
                                                        const std::string& from,
                                                        const std::string& to,
                                                        Unknown unknown = Unknown::kRefused);

}  // namespace portcullis
