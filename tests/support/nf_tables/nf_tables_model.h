#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/table/kernel_table.h"
#include "tests/support/model/kernel_model.h"

namespace portcullis::test {

// nf_tables of one network namespace and the sockets that use it, by the kernel's rules:
//
//   - a transaction is all or nothing, and what KernelModel refuses is refused: what is referred to
//     is missing or what is added exists (kConflict), what is deleted is in use (kBusy)
//   - an owned table may be changed by its owner alone (kPermission); it is an orphan once that
//     socket is closed, and belongs to whoever owns tables and adds it then
//   - every commit, to whichever table, that changes something makes a new generation; each
//     listening socket but its own
//     is told of it, unless it has no room: then that is told is lost
//   - a dump in which somebody commits is interrupted
//
// Must outlive its sockets. Not thread safe.
class NfTablesModel {
 public:
  // The socket of a process, "nft (process 7)", whose listen() returns a descriptor that is
  // readable as the kernel's would be.
  std::unique_ptr<nl::KernelTable> open(const std::string& process,
                                        nl::Ownership ownership = nl::Ownership::kShared);

  // Somebody commits to another table.
  void commit_elsewhere(const std::string& process = "kube-proxy (process 8)");

  // From now on runs in the middle of every dump: foreign commits, or a delay.
  void during_dumps(std::function<void()> happens) { during_dumps_ = std::move(happens); }

  // How many notifications a socket holds before further ones are lost.
  void set_notification_room(std::size_t commits) { notification_room_ = commits; }

  // Loses the answers to this many of the next commits: their outcome is unknown.
  void lose_answers(int commits) { lost_answers_ = commits; }

  // Refuses one commit, after this many others, as a kernel without memory does.
  void refuse_after(int commits) { until_refusal_ = commits; }

  // From now on refuses to make this table, as a kernel that is built without it; or no longer.
  void lack(std::optional<TableFamily> table) { lacking_ = table; }

  const Ruleset& ruleset() const { return state_.tables.ruleset(); }
  std::uint32_t generation() const { return generation_; }
  std::size_t dumps() const { return dumps_; }  // of everyone until now

 private:
  class Socket;

  struct Ownership {
    std::uint32_t port = 0;  // 0: none
    bool persists = false;

    bool operator==(const Ownership&) const = default;
  };

  struct State {
    KernelModel tables;
    std::map<TableFamily, Ownership> owners;

    bool operator==(const State&) const = default;
  };

  Result<void> commit(const Socket& by, const Delta& delta);
  Result<void> run(State& state, const Socket& by, const Operation& operation);
  void make_generation(const Socket* by, const std::string& process, bool touches_our_table);
  Result<nl::Snapshot> dump(const Socket& by);
  void close(const Socket& socket);

  State state_;
  std::uint32_t generation_ = 1;
  std::uint32_t last_port_ = 0;
  std::vector<Socket*> sockets_;
  std::function<void()> during_dumps_;
  std::size_t notification_room_ = 1'000;
  int lost_answers_ = 0;
  int until_refusal_ = -1;  // negative: none
  std::optional<TableFamily> lacking_;
  std::size_t dumps_ = 0;
};

}  // namespace portcullis::test
