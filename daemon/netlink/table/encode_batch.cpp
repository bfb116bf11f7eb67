#include "daemon/netlink/table/encode_batch.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "compiler/ruleset/references.h"
#include "daemon/netlink/object/chain.h"
#include "daemon/netlink/object/counter.h"
#include "daemon/netlink/object/elements.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/set.h"
#include "daemon/netlink/rule/rule.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kMaxName = NFT_NAME_MAXLEN - 1;  // bytes, without the terminating zero

Result<void> check_name(const std::string& name) {
  const std::string_view local = local_name(name);
  if (!local.empty() && local.size() <= kMaxName) return {};
  return failure(ErrorCode::kInvalidInput,
                 local.empty() ? "a name is empty" : "the name is longer than 255 bytes: " + name);
}

// In a rule libnftnl writes it without its terminator, so that only padding ends it where a batch
// is read back (decode_batch.h).
Result<void> check_counter_name(const std::string& name) {
  if (auto ok = check_name(name); !ok || std::strlen(local_name(name)) % 4 != 0) return ok;
  return failure(ErrorCode::kInvalidInput,
                 "a counter's name has a multiple of 4 bytes, and cannot be read back: " + name);
}

Result<void> check_comment(const std::string& comment) {
  if (comment.size() <= kMaxComment) return {};
  return failure(ErrorCode::kInvalidInput, "the comment is longer than 127 bytes: " + comment);
}

Result<void> check_elements(const SetSpec& set, std::span<const Element> elements) {
  for (const Element& element : elements) {
    if (element.key.empty()) {
      return failure(ErrorCode::kInvalidInput, "an element has no key");
    }
    if (!set.verdict_map) continue;
    if (auto ok = check_name(element.jump); !ok) return ok;
  }
  return {};
}

Result<void> check_names(const Rule& rule) {
  for (const Statement& statement : rule.statements) {
    const std::string* name = reference(statement);
    if (name == nullptr) continue;
    if (auto ok = check_name(*name); !ok) return ok;
  }
  return {};
}

// NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE
//
//     +-----------------+---------------------+
//     | NFTA_TABLE_NAME | NFTA_TABLE_FLAGS    |
//     +-----------------+---------------------+
//                         new tables
//
TableObject our_table() {
  TableObject table(allocated(nftnl_table_alloc()));
  nftnl_table_set_str(table.get(), NFTNL_TABLE_NAME, kTableName);
  return table;
}

class Encoder {
 public:
  Encoder(Batch& batch, std::uint32_t table_flags) : batch_(batch), table_flags_(table_flags) {}

  Result<void> operator()(const AddTable&) {
    const TableObject table = our_table();
    nftnl_table_set_u32(table.get(), NFTNL_TABLE_FLAGS, table_flags_);
    return put_table(NFT_MSG_NEWTABLE, NLM_F_CREATE, table.get());
  }

  Result<void> operator()(const DeleteTable&) {
    return put_table(NFT_MSG_DELTABLE, 0, our_table().get());
  }

  Result<void> operator()(const AddCounter& add) {
    return check_counter_name(add.counter.name)
        .and_then([&] { return check_comment(add.counter.comment); })
        .map([&] { encode(add, batch_); });
  }

  Result<void> operator()(const DeleteCounter& remove) {
    return check_name(remove.name).map([&] { encode(remove, batch_); });
  }

  Result<void> operator()(const AddSet& add) {
    return check_name(add.set.name)
        .and_then([&] { return check_comment(add.set.comment); })
        .map([&] { encode(add, ++last_set_id_, batch_); });
  }

  Result<void> operator()(const DeleteSet& remove) {
    return check_name(remove.name).map([&] { encode(remove, batch_); });
  }

  Result<void> operator()(const AddChain& add) {
    return check_name(add.chain.name)
        .and_then([&] { return check_comment(add.chain.comment); })
        .map([&] { encode(add, batch_); });
  }

  Result<void> operator()(const DeleteChain& remove) {
    return check_name(remove.name).map([&] { encode(remove, batch_); });
  }

  Result<void> operator()(const AddRule& add) {
    return check_name(add.chain).and_then([&] { return check_names(add.rule); }).and_then([&] {
      return encode(add, batch_);
    });
  }

  Result<void> operator()(const FlushChain& flush) {
    return check_name(flush.chain).map([&] { encode(flush, batch_); });
  }

  Result<void> operator()(const AddElements& add) {
    return check_name(add.set.name)
        .and_then([&] { return check_elements(add.set, add.elements); })
        .map([&] { encode(add, batch_); });
  }

  Result<void> operator()(const FlushSet& flush) {
    return check_name(flush.set.name).map([&] { encode(flush, batch_); });
  }

  // An element to be deleted may have any verdict; only its key is written.
  Result<void> operator()(const DeleteElements& remove) {
    return check_name(remove.set.name).map([&] { encode(remove, batch_); });
  }

 private:
  Result<void> put_table(std::uint16_t type, std::uint16_t flags, const nftnl_table* table) {
    batch_.add(type, flags,
               [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, table); });
    return {};
  }

  Batch& batch_;
  const std::uint32_t table_flags_;
  std::uint32_t last_set_id_ = 0;
};

}  // namespace

Result<Batch> encode(const Delta& delta, std::uint32_t sequence, std::uint32_t table_flags) {
  Batch batch(sequence);
  Encoder encoder(batch, table_flags);
  std::size_t index = 0;
  for (const auto& operation : operations(delta)) {
    batch.start_operation(table_changed_by(operation), index++);
    if (auto encoded = std::visit(encoder, operation); !encoded) {
      return failure(encoded.error().code,
                     "cannot \"" + to_string(operation) + "\": " + encoded.error().message);
    }
  }
  batch.finish();
  return batch;
}

}  // namespace portcullis::nl
