#pragma once

#include <map>
#include <memory>
#include <set>

#include "compiler/base/result.h"
#include "compiler/model/pod_port.h"
#include "daemon/netlink/routes/route_tables.h"
#include "daemon/netlink/wire/socket.h"

struct mnl_socket;

namespace portcullis::nl {

// The interfaces of a network namespace that lead to other ones, and the addresses there, kept up
// by rtnetlink's notifications. The kernel notifies of links with CAP_NET_ADMIN alone, but of other
// namespaces' addresses only with CAP_NET_BROADCAST. Needs CAP_NET_ADMIN here and in the namespaces
// behind. Movable; not thread safe.
class PortTable {
 public:
  // In this thread's network namespace. kPermission, kIo.
  [[nodiscard]] static Result<PortTable> open();

  // A descriptor, valid as long as this object, that is readable while there are notifications.
  int fd() const;

  // Reads what has been notified and, of namespaces that this may concern, the addresses; of all of
  // them the first time and after notifications were lost. Never waits for anything but the
  // kernel's answers. Takes some 40 us for each namespace. After an error everything is read anew.
  [[nodiscard]] Result<void> read();

  // Reads all addresses again the next time.
  void doubt_addresses() { doubted_ = true; }

  // Whether nobody needs to.
  bool hears_of_addresses() const { return hears_of_addresses_; }

  // As of the last read(). A kernel before Linux 4.20 does not tell what is behind them.
  PodPorts ports() const;

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  using Events = std::unique_ptr<mnl_socket, Close>;

  PortTable(Socket requests, Events events, bool hears_of_addresses)
      : requests_(std::move(requests)),
        events_(std::move(events)),
        hears_of_addresses_(hears_of_addresses) {}

  bool drain(std::set<int>& touched);
  bool take(const nlmsghdr* message, int of_namespace, std::set<int>& touched);
  Result<void> read_links();
  Result<void> read_addresses(int network_namespace);

  Socket requests_;
  Events events_;
  bool hears_of_addresses_ = false;
  bool doubted_ = true;
  bool complete_ = false;                          // links_ is what the kernel has, but for events
  std::map<int, Link> links_;                      // by index
  std::map<int, std::vector<Address>> addresses_;  // by namespace, of those behind links
};

}  // namespace portcullis::nl
