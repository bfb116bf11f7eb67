#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "compiler/result.h"

namespace portcullis::k8s {

using Addresses = std::vector<boost::asio::ip::address>;

// The addresses that a name has now. Blocks.
using Resolve = std::function<Result<Addresses>(const std::string& host)>;

// Asks the system's resolver (/etc/hosts, DNS), within the limits of resolv.conf.
[[nodiscard]] Result<Addresses> resolve(const std::string& host);

// Where a host can be reached, and which of its addresses did not answer. Thread safe.
class Endpoints {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  Endpoints(std::string host, std::uint16_t port, Resolve resolve);

  // At least one, in the order in which they are to be tried: first those that have never failed,
  // as the resolver has them, then those whose failure lies back furthest. Blocks while a name is
  // resolved, which is done anew each time.
  [[nodiscard]] Result<std::vector<Endpoint>> in_order();

  void failed(const Endpoint& endpoint);

 private:
  const std::string host_;
  const std::uint16_t port_;
  const Resolve resolve_;

  std::mutex mutex_;  // of what follows
  std::uint64_t failures_ = 0;
  std::map<boost::asio::ip::address, std::uint64_t> failed_at_;  // the count of failures by then
};

}  // namespace portcullis::k8s
