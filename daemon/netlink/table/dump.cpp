#include "daemon/netlink/table/dump.h"

#include <libmnl/libmnl.h>

#include <algorithm>
#include <array>
#include <functional>

#include "daemon/netlink/object/chain.h"
#include "daemon/netlink/object/counter.h"
#include "daemon/netlink/object/elements.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/set.h"
#include "daemon/netlink/rule/rule.h"
#include "daemon/netlink/table/ownership.h"

namespace portcullis::nl {
namespace {

using Build = std::function<void(nlmsghdr*)>;
using Take = std::function<void(const nlmsghdr*)>;

Result<void> get(Socket& socket, TableFamily family, std::uint16_t type, std::uint16_t flags,
                 const Build& build, const Take& take) {
  alignas(nlmsghdr) std::array<char, 4096> buffer;
  const std::uint32_t sequence = socket.next_sequence();
  socket.set_next_sequence(sequence + 1);
  nlmsghdr* header =
      nftnl_nlmsg_build_hdr(buffer.data(), type, family_number(family), flags, sequence);
  build(header);
  return socket.request(header, take);
}

// A kernel that is built without tables of bridges.
bool lacks_tables(TableFamily family, const Error& error) {
  return family == TableFamily::kBridge && error.code == ErrorCode::kUnsupported;
}

Result<void> for_each_counter(Socket& socket, TableFamily family,
                              const std::function<void(CounterValue)>& visit) {
  const CounterObject filter(allocated(nftnl_obj_alloc()));
  nftnl_obj_set_str(filter.get(), NFTNL_OBJ_TABLE, kTableName);
  nftnl_obj_set_u32(filter.get(), NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
  return get(
      socket, family, NFT_MSG_GETOBJ, NLM_F_DUMP,
      [&](nlmsghdr* header) { nftnl_obj_nlmsg_build_payload(header, filter.get()); },
      [&](const nlmsghdr* header) {
        if (auto counter = decode_counter(header)) visit(std::move(*counter));
      });
}

// GETTABLE -> GETOBJ -> GETSET -> GETSETELEM, set by set -> GETCHAIN -> GETRULE
//
// Rules come last: the meaning of a lookup depends on its set.
class TableDump {
 public:
  TableDump(Socket& socket, TableFamily family, Snapshot& snapshot)
      : socket_(socket), family_(family), snapshot_(snapshot) {}

  Result<void> run() { return read_table(); }

 private:
  Result<void> read_table() {
    const TableObject table(allocated(nftnl_table_alloc()));
    nftnl_table_set_str(table.get(), NFTNL_TABLE_NAME, kTableName);
    const auto found = get(
        NFT_MSG_GETTABLE, NLM_F_ACK,
        [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, table.get()); },
        [&](const nlmsghdr* header) { nftnl_table_nlmsg_parse(header, table.get()); });
    if (!found && found.error().code == ErrorCode::kNotFound) return {};
    if (!found) return found;
    const auto owner = owner_of(table.get(), socket_.port());
    const bool is_other = owner == TableOwner::kOther;
    snapshot_.tables.push_back(
        {family_, owner, is_other ? nftnl_table_get_u32(table.get(), NFTNL_TABLE_OWNER) : 0});
    dormant_ = (nftnl_table_get_u32(table.get(), NFTNL_TABLE_FLAGS) & NFT_TABLE_F_DORMANT) != 0;
    return vanished(read_contents());
  }

  // Whatever is missing was removed while we were reading.
  static Result<void> vanished(Result<void> read) {
    if (!read && read.error().code == ErrorCode::kNotFound) {
      read.error().code = ErrorCode::kInterrupted;
    }
    return read;
  }

  Result<void> read_contents() {
    return read_counters()
        .and_then([&] { return read_sets(); })
        .and_then([&] { return read_elements(); })
        .and_then([&] { return read_chains(); })
        .and_then([&] { return read_rules(); });
  }

  Result<void> read_counters() {
    return for_each_counter(socket_, family_, [&](CounterValue counter) {
      snapshot_.ruleset.counters[counter.spec.name] = std::move(counter.spec);
    });
  }

  Result<void> read_sets() {
    const SetObject filter(allocated(nftnl_set_alloc()));
    nftnl_set_set_str(filter.get(), NFTNL_SET_TABLE, kTableName);
    return get(
        NFT_MSG_GETSET, NLM_F_DUMP,
        [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, filter.get()); },
        [&](const nlmsghdr* header) {
          auto spec = decode_set(header);
          if (spec) snapshot_.ruleset.sets[spec->name].spec = std::move(*spec);
        });
  }

  Result<void> read_elements() {
    for (auto& [name, set] : snapshot_.ruleset.sets) {
      if (set.spec.key.empty() || table_of(name) != family_) continue;
      if (auto read = read_elements(set); !read) return read;
    }
    return {};
  }

  Result<void> read_elements(Set& set) {
    const SetObject object(allocated(nftnl_set_alloc()));
    nftnl_set_set_str(object.get(), NFTNL_SET_TABLE, kTableName);
    nftnl_set_set_str(object.get(), NFTNL_SET_NAME, local_name(set.spec.name));
    ElementDecoder decoder(set.spec);
    const auto read = get(
        NFT_MSG_GETSETELEM, NLM_F_DUMP,
        [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, object.get()); },
        [&](const nlmsghdr* header) { decoder.add(header); });
    if (decoder.saw_foreign()) {
      mark_foreign(set.spec, "an element with a timeout or an expression, or for every other key");
      return read;
    }
    return read.and_then([&] { return decoder.take(); }).map([&](std::vector<Element> elements) {
      set.elements = std::move(elements);
    });
  }

  // The kernel lists the chains of every table of the family.
  Result<void> read_chains() {
    return get(
        NFT_MSG_GETCHAIN, NLM_F_DUMP, [](nlmsghdr*) {},
        [&](const nlmsghdr* header) {
          auto spec = decode_chain(header);
          if (!spec) return;
          if (dormant_) spec->base.reset();  // a dormant table's chains are not hooked
          snapshot_.ruleset.chains[spec->name].spec = std::move(*spec);
        });
  }

  Result<void> read_rules() {
    const RuleObject filter(allocated(nftnl_rule_alloc()));
    nftnl_rule_set_str(filter.get(), NFTNL_RULE_TABLE, kTableName);
    return get(
        NFT_MSG_GETRULE, NLM_F_DUMP,
        [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, filter.get()); },
        [&](const nlmsghdr* header) {
          auto placed = decode_rule(header, snapshot_.ruleset.sets);
          const auto chain = snapshot_.ruleset.chains.find(placed.chain);
          if (chain != snapshot_.ruleset.chains.end())
            chain->second.rules.push_back(std::move(placed.rule));
        });
  }

  Result<void> get(std::uint16_t type, std::uint16_t flags, const Build& build, const Take& take) {
    return nl::get(socket_, family_, type, flags, build, take);
  }

  Socket& socket_;
  const TableFamily family_;
  Snapshot& snapshot_;
  bool dormant_ = false;
};

}  // namespace

Result<std::uint32_t> read_generation(Socket& socket) {
  alignas(nlmsghdr) std::array<char, 256> buffer;
  const std::uint32_t sequence = socket.next_sequence();
  socket.set_next_sequence(sequence + 1);
  const GenerationObject generation(allocated(nftnl_gen_alloc()));
  const auto* request =
      nftnl_nlmsg_build_hdr(buffer.data(), NFT_MSG_GETGEN, NFPROTO_UNSPEC, NLM_F_ACK, sequence);
  return socket
      .request(request,
               [&](const nlmsghdr* header) { nftnl_gen_nlmsg_parse(header, generation.get()); })
      .map([&] { return nftnl_gen_get_u32(generation.get(), NFTNL_GEN_ID); });
}

Result<std::vector<CounterValue>> read_counters(Socket& socket) {
  std::vector<CounterValue> counters;
  for (const auto family : kTableFamilies) {
    const auto read = for_each_counter(
        socket, family, [&](CounterValue counter) { counters.push_back(std::move(counter)); });
    if (!read && !lacks_tables(family, read.error())) return tl::unexpected(read.error());
  }
  return counters;
}

Result<Snapshot> dump(Socket& socket) {
  const auto generation = read_generation(socket);
  if (!generation) return tl::unexpected(generation.error());
  Snapshot snapshot;
  for (const auto family : kTableFamilies) {
    const auto read = TableDump(socket, family, snapshot).run();
    if (!read && !lacks_tables(family, read.error())) return tl::unexpected(read.error());
  }
  const auto after = read_generation(socket);
  if (!after) return tl::unexpected(after.error());
  if (*after != *generation) {
    return failure(ErrorCode::kInterrupted, "the ruleset changed while it was read");
  }
  snapshot.generation = *generation;
  return snapshot;
}

}  // namespace portcullis::nl
