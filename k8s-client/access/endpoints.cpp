#include "k8s-client/access/endpoints.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <utility>

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

Result<Addresses> resolve(const std::string& host) {
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  error_code error;
  const auto found = resolver.resolve(host, "", error);
  if (error) return failure(ErrorCode::kIo, "cannot resolve " + host + ": " + error.message());
  Addresses addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint().address());
  return addresses;
}

Endpoints::Endpoints(std::string host, std::uint16_t port, Resolve resolve)
    : host_(std::move(host)), port_(port), resolve_(std::move(resolve)) {}

Result<std::vector<Endpoints::Endpoint>> Endpoints::in_order() {
  error_code no_address;
  const auto literal = asio::ip::make_address(host_, no_address);
  if (!no_address) return std::vector{Endpoint(literal, port_)};
  const auto addresses = resolve_(host_);
  if (!addresses) return tl::unexpected(addresses.error());
  if (addresses->empty()) return failure(ErrorCode::kIo, host_ + " has no address");
  const std::lock_guard lock(mutex_);
  std::erase_if(failed_at_, [&](const auto& failed) {
    return std::ranges::find(*addresses, failed.first) == addresses->end();
  });
  std::vector<Endpoint> endpoints;
  for (const auto& address : *addresses) endpoints.emplace_back(address, port_);
  std::ranges::stable_sort(endpoints, {}, [&](const Endpoint& endpoint) {
    const auto failed = failed_at_.find(endpoint.address());
    return failed == failed_at_.end() ? 0 : failed->second;
  });
  return endpoints;
}

void Endpoints::failed(const Endpoint& endpoint) {
  const std::lock_guard lock(mutex_);
  failed_at_[endpoint.address()] = ++failures_;
}

}  // namespace portcullis::k8s
