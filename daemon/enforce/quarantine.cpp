#include "daemon/enforce/quarantine.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "compiler/policy/forward_chain.h"
#include "daemon/base/log.h"
#include "daemon/netlink/routes/attached_addresses.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kRetryAfter{1};

// Opened on the check's thread, and reopened after an error.
QuarantineCheck::Ask ask_for_attached() {
  auto opened = std::make_shared<std::optional<nl::AttachedAddresses>>();
  return [opened](const std::vector<Address>& addresses) -> Result<std::vector<Address>> {
    if (!*opened) {
      auto attached = nl::AttachedAddresses::open();
      if (!attached) return tl::unexpected(attached.error());
      opened->emplace(std::move(*attached));
    }
    auto among = (*opened)->among(addresses);
    if (!among) opened->reset();
    return among;
  };
}

}  // namespace

Quarantine::Quarantine(boost::asio::io_context& io, IncrementalCompiler& compiler,
                       ReadTable read_table, Retry retry, Opened opened)
    : compiler_(compiler),
      read_table_(std::move(read_table)),
      retry_(std::move(retry)),
      opened_(std::move(opened)),
      timer_(io),
      check_(io, ask_for_attached(), QuarantineTiming{},
             [this](const QuarantineLook& look) { take(look); }) {}

bool Quarantine::recovered() {
  if (recovered_) return true;
  const auto table = read_table_();
  if (!table) {
    if (std::exchange(error_, table.error().message) != error_) {
      log_error("cannot read the kernel's table, retrying: " + error_);
    }
    timer_.expires_after(kRetryAfter);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) retry_();
    });
    return false;
  }
  compiler_.recover(bound_interfaces(*table));
  const auto enforced = dispatched_addresses(*table);
  compiler_.quarantine(std::vector(enforced.begin(), enforced.end()));
  recovered_ = true;
  return true;
}

void Quarantine::follow() {
  const auto& cluster = compiler_.cluster();
  for (const auto& line : log_.update(cluster)) log_info(line);
  std::set<Address> addresses;
  for (const auto& [address, former] : cluster.quarantined()) addresses.insert(address);
  check_.watch(std::move(addresses));
}

void Quarantine::take(const QuarantineLook& look) {
  for (const auto& line : log_.report(look, compiler_.cluster())) log_warning(line);
  if (look.gone.empty()) return;
  auto delta = compiler_.release(look.gone);
  follow();
  opened_(std::move(delta));
}

}  // namespace portcullis
