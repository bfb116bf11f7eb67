#include "daemon/netlink/kernel.h"

#include <utility>

#include "daemon/netlink/commit.h"
#include "daemon/netlink/dump.h"
#include "daemon/netlink/socket.h"

namespace portcullis::nl {

struct Kernel::Impl {
  Socket socket;
};

// Reading the generation needs what everything else needs: CAP_NET_ADMIN, and nf_tables.
Result<Kernel> Kernel::open() {
  auto socket = Socket::open();
  if (!socket) return tl::unexpected(std::move(socket.error()));
  const auto generation = read_generation(*socket);
  if (generation) return Kernel(std::make_unique<Impl>(Impl{std::move(*socket)}));
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

Result<void> Kernel::commit(const Transaction& transaction) {
  return nl::commit(impl_->socket, transaction);
}

Result<std::uint32_t> Kernel::generation() { return read_generation(impl_->socket); }

Result<Snapshot> Kernel::dump() { return nl::dump(impl_->socket); }

}  // namespace portcullis::nl
