#include "daemon/netlink/table/commit.h"

#include <algorithm>
#include <cerrno>

#include "daemon/netlink/object/elements.h"
#include "daemon/netlink/table/encode_batch.h"

namespace portcullis::nl {
namespace {

constexpr const char* kNoCounter = "no counter of ours";  // so that deleting it fails

ErrorCode code_of(int error) {
  switch (error) {
    case EPERM:
      return ErrorCode::kPermission;
    case ENOENT:
    case EEXIST:
      return ErrorCode::kConflict;
    case EBUSY:
      return ErrorCode::kBusy;
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return ErrorCode::kUnsupported;
    case EINTR:
    case EAGAIN:
    case ENOBUFS:
      return ErrorCode::kInterrupted;
    default:
      return ErrorCode::kIo;
  }
}

const char* advice(int error) {
  switch (error) {
    case EPERM:
      return ": CAP_NET_ADMIN is missing in this network namespace, or the table belongs to "
             "another process";
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return ": this kernel lacks the feature; see CONFIG_NF_TABLES, "
             "CONFIG_NF_TABLES_INET and CONFIG_NF_TABLES_BRIDGE";
    default:
      return "";
  }
}

// For an operation on elements, only the rejected element, if the kernel named it.
Operation narrow(const Operation& operation, const nlmsghdr* header, std::uint32_t offset) {
  if (const auto* add = std::get_if<AddElements>(&operation)) {
    const auto element = find_element(header, offset, add->set, add->elements);
    if (!element.empty()) return AddElements{add->set, element};
  }
  if (const auto* remove = std::get_if<DeleteElements>(&operation)) {
    const auto element = find_element(header, offset, remove->set, remove->elements);
    if (!element.empty()) return DeleteElements{remove->set, element};
  }
  return operation;
}

// Answers to BATCH_BEGIN concern the batch as a whole: errors that the kernel finds only when it
// validates all of it, such as a loop of jumps.
std::string refused(const Delta& delta, const Batch& batch, const Answer& answer) {
  const Batch::Message* message = batch.find(answer.sequence);
  if (message == nullptr) return "the transaction";
  const auto all = operations(delta);
  const auto& operation = all[message->operation];
  return '"' + to_string(narrow(operation, batch.header(*message), answer.offset)) + '"';
}

bool concerns(const Batch& batch, const Answer& answer) {
  return answer.sequence - batch.first_sequence() < batch.end_sequence() - batch.first_sequence();
}

// Null: none was rejected.
const Answer* first_refusal(const Batch& batch, const std::vector<Answer>& answers) {
  const Answer* first = nullptr;
  for (const Answer& answer : answers) {
    if (!concerns(batch, answer) || answer.error == 0) continue;
    if (first == nullptr ||
        answer.sequence - batch.first_sequence() < first->sequence - batch.first_sequence()) {
      first = &answer;
    }
  }
  return first;
}

tl::unexpected<Error> refusal(const Delta& delta, const Batch& batch, const Answer& answer) {
  return failure(code_of(answer.error), "the kernel rejects " + refused(delta, batch, answer) +
                                            ": " + reason(answer) + advice(answer.error));
}

tl::unexpected<Error> unanswered() {
  return failure(ErrorCode::kInterrupted, "the kernel did not answer the transaction");
}

Result<void> judge(const Delta& delta, const Batch& batch, const std::vector<Answer>& answers) {
  const Answer* first = first_refusal(batch, answers);
  if (first != nullptr) return refusal(delta, batch, *first);
  const bool taken = std::ranges::any_of(answers, [&](const Answer& answer) {
    return concerns(batch, answer) && answer.error == 0 &&
           answer.sequence == batch.last_operation_sequence();
  });
  if (taken) return {};
  return unanswered();
}

// The last operation, and none before it, must be rejected.
Result<void> judge_rehearsal(const Delta& delta, const Batch& batch,
                             const std::vector<Answer>& answers) {
  const Answer* first = first_refusal(batch, answers);
  if (first == nullptr) return unanswered();
  if (first->sequence == batch.last_operation_sequence()) return {};
  return refusal(delta, batch, *first);
}

}  // namespace

Result<void> commit(Socket& socket, const Delta& delta, std::uint32_t table_flags) {
  const auto batch = encode(delta, socket.next_sequence(), table_flags);
  if (!batch) return tl::unexpected(batch.error());
  if (batch->empty()) return {};
  socket.set_next_sequence(batch->end_sequence());
  return socket.exchange(batch->bytes(), batch->size()).and_then([&](const auto& answers) {
    return judge(delta, *batch, answers);
  });
}

Result<void> rehearse(Socket& socket, Delta delta, std::uint32_t table_flags) {
  delta.gone.counters = {kNoCounter};
  const auto batch = encode(delta, socket.next_sequence(), table_flags);
  if (!batch) return tl::unexpected(batch.error());
  socket.set_next_sequence(batch->end_sequence());
  return socket.exchange(batch->bytes(), batch->size()).and_then([&](const auto& answers) {
    return judge_rehearsal(delta, *batch, answers);
  });
}

}  // namespace portcullis::nl
