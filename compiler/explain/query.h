#pragma once

#include <string>
#include <vector>

#include "compiler/connection.h"
#include "compiler/result.h"

namespace portcullis {

// What a user asks about, of one pair of addresses.
struct Question {
  Connection connection;     // without a port: an ICMP echo
  bool all_traffic = false;  // no port was given: every port, and what has none
  // The pods that were named and are on their node's network: their addresses are the node's.
  const Pod* source_host = nullptr;
  const Pod* destination_host = nullptr;
};

// Whether an address that no pod and no node has, and that could be a Service's, is taken to be
// outside the cluster.
enum class Unknown : bool { kRefused, kOutside };

// One question for each pair of addresses of one family, IPv4 first. Never empty.
//
// `from` is POD or IP, `to` is POD or IP, each with [:PORT[/PROTOCOL]] behind it. POD is
// "namespace/name"; PORT is a number, a name that the destination pod gives it, or "icmp" for an
// echo; PROTOCOL is TCP (the default), UDP or SCTP. An IPv6 address with a port stands in brackets.
// kInvalidInput: it is not of this form, or an address that no connection has
// (parse_end_address()); kNotFound: there is no such pod, or the pod has no address of its own
// (yet, any more, or undisputed), or no port of that name, or the address to ask about may be a
// Service's.
[[nodiscard]] Result<std::vector<Question>> parse_query(const ClusterState& cluster,
                                                        const std::string& from,
                                                        const std::string& to,
                                                        Unknown unknown = Unknown::kRefused);

}  // namespace portcullis
