#include "daemon/netlink/table/kernel.h"

#include <optional>
#include <utility>

#include "daemon/netlink/table/commit.h"
#include "daemon/netlink/table/dump.h"
#include "daemon/netlink/table/notifications.h"
#include "daemon/netlink/table/ownership.h"
#include "daemon/netlink/wire/socket.h"

namespace portcullis::nl {
namespace {

constexpr int kDumps = 64;

}  // namespace

struct Kernel::Impl {
  Socket socket;
  std::uint32_t table_flags = 0;               // of the tables that it makes
  std::optional<Notifications> notifications;  // once it listens
};

// Reading the generation has the same requirements as everything else: CAP_NET_ADMIN, nf_tables.
Result<Kernel> Kernel::open(Ownership ownership) {
  auto socket = Socket::open();
  if (!socket) return tl::unexpected(std::move(socket.error()));
  const auto generation = read_generation(*socket);
  if (generation) {
    const bool owns = ownership == Ownership::kOwned && can_own(*socket);
    return Kernel(std::make_unique<Impl>(Impl{std::move(*socket), owns ? kOwnedTable : 0, {}}));
  }
  if (generation.error().code != ErrorCode::kUnsupported) {
    return tl::unexpected(generation.error());
  }
  return failure(ErrorCode::kUnsupported,
                 "this kernel has no nf_tables: load the module nf_tables (modprobe nf_tables), or "
                 "use a kernel that is built with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET");
}

Kernel::Kernel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Kernel::Kernel(Kernel&&) noexcept = default;
Kernel& Kernel::operator=(Kernel&&) noexcept = default;
Kernel::~Kernel() = default;

Result<void> Kernel::commit(const Delta& delta) {
  return nl::commit(impl_->socket, delta, impl_->table_flags);
}

Result<void> Kernel::rehearse(Delta delta) {
  return nl::rehearse(impl_->socket, std::move(delta), impl_->table_flags);
}

bool Kernel::owns() const { return impl_->table_flags != 0; }

Result<std::uint32_t> Kernel::generation() { return read_generation(impl_->socket); }

Result<Snapshot> Kernel::dump_once() { return nl::dump(impl_->socket); }

Result<Snapshot> Kernel::dump() {
  for (int attempt = 1;; ++attempt) {
    auto snapshot = nl::dump(impl_->socket);
    if (snapshot || snapshot.error().code != ErrorCode::kInterrupted || attempt == kDumps) {
      return snapshot;
    }
  }
}

Result<std::vector<CounterValue>> Kernel::counters() { return read_counters(impl_->socket); }

Result<int> Kernel::listen() {
  auto opened = Notifications::open(impl_->socket.port());
  if (!opened) return tl::unexpected(opened.error());
  impl_->notifications.emplace(std::move(*opened));
  return impl_->notifications->fd();
}

ForeignCommits Kernel::foreign_commits() {
  return impl_->notifications ? impl_->notifications->read() : ForeignCommits();
}

}  // namespace portcullis::nl
