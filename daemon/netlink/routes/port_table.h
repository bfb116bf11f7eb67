#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/pod_port.h"
#include "daemon/netlink/routes/address_sample.h"
#include "daemon/netlink/routes/route_tables.h"
#include "daemon/netlink/wire/socket.h"

struct mnl_socket;

namespace portcullis::nl {

// The interfaces of a network namespace that lead to other ones, and the addresses there, kept up
// by rtnetlink's notifications. The kernel notifies of links with CAP_NET_ADMIN alone, but of other
// namespaces' addresses only with CAP_NET_BROADCAST. Needs CAP_NET_ADMIN here and in the namespaces
// behind. Movable; not thread safe.
//
// A pod with CAP_NET_ADMIN gives its own namespace as many addresses as it likes. Kept of them are
// all that pods of this node claim, so that it hides none of these, and the kMostUnclaimed lowest
// of the others. A namespace that has more, or cannot be read, is read at most a twentieth of the
// time, whatever is notified.
class PortTable {
 public:
  static constexpr std::size_t kMostUnclaimed = 256;  // of a namespace

  // All addresses of one family in a namespace, as for_each_address_in().
  using ReadAddresses = std::function<Result<void>(int network_namespace, Family family,
                                                   const std::function<void(const Address&)>&)>;

  // In this thread's network namespace. `is_claimed`: whether a pod of this node claims an address,
  // as of the call; empty: none does. `read_addresses`: empty, except in tests. kPermission, kIo.
  [[nodiscard]] static Result<PortTable> open(AddressSample::IsClaimed is_claimed = {},
                                              ReadAddresses read_addresses = {});

  // A descriptor, valid as long as this object, that is readable while there are notifications.
  int fd() const;

  // Reads what has been notified and, of namespaces that this may concern, the addresses; of all of
  // them the first time and after notifications were lost. Never waits for anything but the
  // kernel's answers. Takes some 40 us for each namespace of a few addresses.
  //
  // An error says what could not be read, this time or when it was last due. Everything else was.
  // Of a namespace that could not, the known addresses stay, and those that were read before the
  // error are added. kInterrupted: something changes all the time; anything else is more than that.
  [[nodiscard]] Result<void> read();

  // Whether read() has more to read although nothing may be notified: after an error, and for
  // namespaces with more addresses than are kept, as a pod may claim others by now.
  bool wants_more() const;

  // Reads all addresses again the next time.
  void doubt_addresses() { doubted_ = true; }

  // Whether nobody needs to.
  bool hears_of_addresses() const { return hears_of_addresses_; }

  // The addresses in the namespace that this file is, as of the last read(). kNotFound: it is not a
  // namespace that an interface of this one leads to.
  [[nodiscard]] Result<std::vector<Address>> addresses_in(const std::string& namespace_file);

  // As of the last read(). A kernel before Linux 4.20 does not tell what is behind them.
  PodPorts ports() const;

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  using Events = std::unique_ptr<mnl_socket, Close>;
  using Clock = std::chrono::steady_clock;

  // A namespace behind an interface.
  struct Space {
    std::vector<Address> addresses;
    bool stale = true;              // to be read
    Clock::time_point rests_until;  // not to be read before
    std::optional<Error> fault;     // of the last time
  };

  PortTable(std::shared_ptr<Socket> requests, Events events, bool hears_of_addresses)
      : requests_(std::move(requests)),
        events_(std::move(events)),
        hears_of_addresses_(hears_of_addresses) {}

  bool drain(std::set<int>& touched);
  bool take(const nlmsghdr* message, int of_namespace, std::set<int>& touched);
  Result<void> read_links();
  void read_addresses(int network_namespace, Space& space);
  Result<void> fault_of_spaces() const;
  std::map<int, std::string> spaces_behind() const;

  std::shared_ptr<Socket> requests_;  // also of read_addresses_
  Events events_;
  bool hears_of_addresses_ = false;
  AddressSample::IsClaimed is_claimed_;
  ReadAddresses read_addresses_;
  bool doubted_ = true;
  bool listed_ = false;          // links_ is what the kernel has, but for events
  std::map<int, Link> links_;    // by index
  std::map<int, Space> spaces_;  // by number
};

}  // namespace portcullis::nl
