#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "compiler/base/result.h"

namespace portcullis::k8s {

using Addresses = std::vector<boost::asio::ip::address>;

// The current addresses of a name. Blocks.
using Resolve = std::function<Result<Addresses>(const std::string& host)>;

// Uses the system's resolver (/etc/hosts, DNS), within the limits of resolv.conf.
[[nodiscard]] Result<Addresses> resolve(const std::string& host);

// The addresses of a host, and which of them did not answer. Thread safe.
class Endpoints {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  Endpoints(std::string host, std::uint16_t port, Resolve resolve);

  // At least one, in the order to try: first those that have never failed, in the resolver's order,
  // then those whose failure is the oldest. Resolves the name each time, and blocks meanwhile.
  [[nodiscard]] Result<std::vector<Endpoint>> in_order();

  void failed(const Endpoint& endpoint);

 private:
  const std::string host_;
  const std::uint16_t port_;
  const Resolve resolve_;

  std::mutex mutex_;  // guards the following
  std::uint64_t failures_ = 0;
  std::map<boost::asio::ip::address, std::uint64_t> failed_at_;  // the value of failures_ then
};

}  // namespace portcullis::k8s
