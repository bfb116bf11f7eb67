#include "tests/support/nf_tables/nf_tables_model.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>
#include <variant>

namespace portcullis::test {

class NfTablesModel::Socket final : public nl::KernelTable {
 public:
  Socket(NfTablesModel& model, std::string process, std::uint32_t port, bool owns)
      : model_(model), process_(std::move(process)), port_(port), owns_(owns) {
    model_.sockets_.push_back(this);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() override {
    model_.close(*this);
    if (event_ >= 0) ::close(event_);
  }

  const std::string& process() const { return process_; }
  std::uint32_t port() const { return port_; }

  bool owns() const override { return owns_; }
  Result<void> commit(const Delta& delta) override { return model_.commit(*this, delta); }
  Result<std::uint32_t> generation() override { return model_.generation_; }
  Result<nl::Snapshot> dump_once() override { return model_.dump(*this); }

  Result<std::vector<nl::CounterValue>> counters() override {
    return model_.dump(*this).map([](const nl::Snapshot& snapshot) {
      std::vector<nl::CounterValue> counters;
      for (const auto& [name, spec] : snapshot.ruleset.counters) counters.push_back({spec, 0, 0});
      return counters;
    });
  }

  Result<int> listen() override {
    event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event_;
  }

  nl::ForeignCommits foreign_commits() override {
    eventfd_t ignored = 0;
    eventfd_read(event_, &ignored);
    return std::exchange(waiting_, {});
  }

  void tell(nl::ForeignCommit commit) {
    if (event_ < 0) return;
    if (waiting_.told.size() < model_.notification_room_) {
      waiting_.told.push_back(std::move(commit));
    } else {
      waiting_.lost = true;
    }
    eventfd_write(event_, 1);
  }

 private:
  NfTablesModel& model_;
  const std::string process_;
  const std::uint32_t port_;
  const bool owns_;
  int event_ = -1;  // readable while something waits; -1: does not listen
  nl::ForeignCommits waiting_;
};

std::unique_ptr<nl::KernelTable> NfTablesModel::open(const std::string& process,
                                                     nl::Ownership ownership) {
  return std::make_unique<Socket>(*this, process, ++last_port_, ownership == nl::Ownership::kOwned);
}

void NfTablesModel::commit_elsewhere(const std::string& process) {
  make_generation(nullptr, process, false);
}

void NfTablesModel::make_generation(const Socket* by, const std::string& process,
                                    bool touches_our_table) {
  ++generation_;
  for (auto* socket : sockets_) {
    if (socket != by) socket->tell({generation_, touches_our_table, process});
  }
}

Result<void> NfTablesModel::commit(const Socket& by, const Delta& delta) {
  if (until_refusal_ >= 0 && until_refusal_-- == 0) {
    return failure(ErrorCode::kIo, "the kernel rejects the batch: Cannot allocate memory");
  }
  State next = state_;
  for (const auto& operation : operations(delta)) {
    if (const auto done = run(next, by, operation); !done) {
      return failure(done.error().code, "the kernel rejects \"" + to_string(operation) +
                                            "\": " + done.error().message);
    }
  }
  const bool changes = state_ != next;
  state_ = std::move(next);
  if (changes) make_generation(&by, by.process(), true);
  if (lost_answers_ == 0) return {};
  --lost_answers_;
  return failure(ErrorCode::kInterrupted, "the kernel's answers were lost");
}

Result<void> NfTablesModel::run(State& state, const Socket& by, const Operation& operation) {
  const auto table = table_changed_by(operation);
  auto& owner = state.owners[table];
  if (owner.port != 0 && owner.port != by.port()) {
    return failure(ErrorCode::kPermission, "Operation not permitted");
  }
  if (std::holds_alternative<AddTable>(operation) && lacking_ == table) {
    return failure(ErrorCode::kUnsupported, "Operation not supported");
  }
  if (std::holds_alternative<AddTable>(operation) && by.owns()) {
    const bool is_shared = state.tables.exists(table) && owner.port == 0 && !owner.persists;
    if (is_shared) return failure(ErrorCode::kUnsupported, "Operation not supported");
    owner = {by.port(), true};
  }
  if (std::holds_alternative<DeleteTable>(operation)) owner = {};
  return state.tables.apply(operation);
}

Result<nl::Snapshot> NfTablesModel::dump(const Socket& by) {
  ++dumps_;
  nl::Snapshot snapshot{ruleset(), generation_, {}};
  for (const auto table : state_.tables.tables()) {
    const auto& owner = state_.owners[table];
    const auto seen = owner.port == by.port() ? nl::TableOwner::kUs
                      : owner.port != 0       ? nl::TableOwner::kOther
                      : owner.persists        ? nl::TableOwner::kOrphan
                                              : nl::TableOwner::kShared;
    snapshot.tables.push_back({table, seen, seen == nl::TableOwner::kOther ? owner.port : 0});
  }
  if (during_dumps_) during_dumps_();
  if (generation_ == snapshot.generation) return snapshot;
  return failure(ErrorCode::kInterrupted, "the ruleset changed while it was read");
}

void NfTablesModel::close(const Socket& socket) {
  std::erase(sockets_, &socket);
  for (auto& [table, owner] : state_.owners) {
    if (owner.port == socket.port()) owner.port = 0;
  }
}

}  // namespace portcullis::test
