#include "daemon/netlink/rule/rule.h"

#include "daemon/netlink/rule/expression_codec.h"
#include "daemon/netlink/rule/payload_field.h"
#include "daemon/netlink/rule/register_bytes.h"

namespace portcullis::nl {
namespace {

constexpr std::size_t kRegisterFileSize = 64;  // bytes
constexpr std::uint32_t kFirst = NFT_REG_1;

std::int32_t code_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::kAccept:
      return NF_ACCEPT;
    case Verdict::Kind::kDrop:
      return NF_DROP;
    case Verdict::Kind::kReturn:
      return NFT_RETURN;
  }
  std::abort();
}

// Encodes statement by statement, tracking which protocols the rule has already checked.
class Assembler {
 public:
  explicit Assembler(TableFamily family) : family_(family) {}

  Result<void> operator()(const ConntrackState& state) {
    return check_bits(NFT_CT_STATE, state.any_of, ConntrackState::kAll);
  }

  Result<void> operator()(const ConntrackStatus& status) {
    return check_bits(NFT_CT_STATUS, status.any_of, ConntrackStatus::kAll);
  }

  Result<void> operator()(const ConntrackMarkInSet& in) {
    put(LoadConntrack{NFT_CT_MARK, kFirst});
    mask(kFirst, host_order(in.mask));
    put(Lookup{local_name(in.set), kFirst, std::nullopt,
               in.negated ? std::uint32_t{NFT_LOOKUP_F_INV} : 0});
    return {};
  }

  Result<void> operator()(const SetConntrackMark& mark) {
    put(LoadConntrack{NFT_CT_MARK, kFirst});
    put(MaskBits{kFirst, kFirst, host_order(mark.keep), host_order(mark.value)});
    put(StoreConntrack{NFT_CT_MARK, kFirst});
    return {};
  }

  Result<void> operator()(const ReversePathMissing&) {
    if (family_ == TableFamily::kBridge) {
      return failure(ErrorCode::kInvalidInput, "tables of bridges have no fib expression");
    }
    put(LoadFib{NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT, NFT_FIB_RESULT_OIF,
                kFirst});
    put(Compare{NFT_CMP_EQ, kFirst, host_order(0)});
    return {};
  }

  Result<void> operator()(const Log& log) {
    put(LogTo{log.group, log.prefix});
    return {};
  }

  Result<void> operator()(const RateLimit& limit) {
    put(LimitRate{limit.per_second, 1, limit.burst, NFT_LIMIT_PKTS, 0});
    return {};
  }

  Result<void> operator()(const Equal& equal) {
    return compare(NFT_CMP_EQ, equal.field, equal.value);
  }

  Result<void> operator()(const AtMost& most) {
    return compare(NFT_CMP_LTE, most.field, most.value);
  }

  // For a prefix of whole bytes nft would load only these; our blocks have none.
  Result<void> operator()(const InBlock& in) {
    const PayloadField* field = find_payload_field(in.field);
    const int all = bits(in.block.base.family);
    const int length = in.block.prefix_length;
    const auto wanted = ElementKey().append(in.block.base);
    const bool fits = field != nullptr && field->length == wanted.bytes().size();
    if (!fits || (length != all && length % 8 == 0)) {
      return failure(
          ErrorCode::kInvalidInput,
          std::string("cannot compare ") + to_string(in.field) + " with " + to_string(in.block));
    }
    check_protocols(*field);
    load(*field, kFirst);
    if (length != all) mask(kFirst, prefix_mask(field->length, length));
    put(Compare{in.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, kFirst,
                Bytes(wanted.bytes().begin(), wanted.bytes().end())});
    return {};
  }

  Result<void> operator()(const InSet& in_set) {
    return look_up(in_set.key, in_set.interval && in_set.key.size() > 1,
                   Lookup{local_name(in_set.set), kFirst, std::nullopt,
                          in_set.negated ? std::uint32_t{NFT_LOOKUP_F_INV} : 0});
  }

  Result<void> operator()(const VerdictMap& map) {
    return look_up(map.key, map.interval && map.key.size() > 1,
                   Lookup{local_name(map.map), kFirst, NFT_REG_VERDICT});
  }

  Result<void> operator()(const Counter& counter) {
    if (counter.name.empty()) {
      put(Count{});
    } else {
      put(CountBy{local_name(counter.name)});
    }
    return {};
  }

  Result<void> operator()(const Verdict& verdict) {
    put(Decide{code_of(verdict.kind)});
    return {};
  }

  Result<void> operator()(const Jump& jump) {
    put(Decide{jump.is_goto ? NFT_GOTO : NFT_JUMP, local_name(jump.chain)});
    return {};
  }

  Result<void> operator()(const Foreign& foreign) {
    return failure(ErrorCode::kInvalidInput,
                   "cannot write the expression \"" + foreign.text + "\": it is not one of ours");
  }

  std::vector<Expression> take() { return std::move(expressions_); }

 private:
  template <class T>
  void put(T expression) {
    expressions_.emplace_back(std::move(expression));
  }

  Result<void> check_bits(std::uint32_t conntrack_key, std::uint32_t any_of, std::uint32_t all) {
    if (any_of == 0 || (any_of & ~all) != 0) {
      return failure(ErrorCode::kInvalidInput,
                     "cannot compare bits of a connection with " + std::to_string(any_of));
    }
    put(LoadConntrack{conntrack_key, kFirst});
    put(MaskBits{kFirst, kFirst, host_order(any_of), host_order(0)});
    put(Compare{NFT_CMP_NEQ, kFirst, host_order(0)});
    return {};
  }

  Result<void> compare(std::uint32_t operation, Field with, std::uint16_t value) {
    const PayloadField* field = find_payload_field(with);
    const bool is_byte = with == Field::kConntrackDirection || with == Field::kL4Proto;
    const std::size_t length = is_byte ? 1 : field == nullptr ? 0 : field->length;
    const bool fits = length == sizeof value || (length == 1 && value <= 0xff);
    if (!fits || !has(with)) {
      return failure(ErrorCode::kInvalidInput, std::string("cannot compare ") + to_string(with) +
                                                   " with " + std::to_string(value));
    }
    if (field != nullptr) check_protocols(*field);
    load(with, kFirst, false);
    put(Compare{operation, kFirst, network_order(value, length)});
    return {};
  }

  bool has(Field field) const {
    const bool is_of_frames = field == Field::kEtherType || field == Field::kArpSource;
    return !is_of_frames || family_ == TableFamily::kBridge;
  }

  void mask(std::uint32_t reg, const Bytes& bits) {
    put(MaskBits{reg, reg, bits, Bytes(bits.size(), 0)});
  }

  void load(const PayloadField& field, std::uint32_t reg) {
    put(LoadPayload{field.base, field.offset, field.length, reg});
    if (!field.mask.empty()) mask(reg, field.mask);
  }

  // Returns how many bytes it has loaded. nft converts l4proto in a key of ranges to network byte
  // order, which does nothing to one byte.
  std::size_t load(Field field, std::uint32_t reg, bool ranges) {
    if (const PayloadField* payload = find_payload_field(field)) {
      load(*payload, reg);
      return payload->length;
    }
    if (const ConntrackField* conntrack = find_conntrack_field(field)) {
      put(LoadConntrack{conntrack->key, reg, conntrack->direction});
      return conntrack->length;
    }
    const MetaField& meta = *find_meta_field(field);
    put(LoadMeta{meta.key, reg});
    if (ranges && meta.length == 1) put(SwapBytes{NFT_BYTEORDER_HTON, reg, reg, 2, 1});
    return meta.length;
  }

  void check_meta(std::uint32_t key, std::uint8_t wanted, Bytes value, std::uint8_t& checked) {
    if (wanted == 0 || wanted == checked) return;
    put(LoadMeta{key, kFirst});
    put(Compare{NFT_CMP_EQ, kFirst, std::move(value)});
    checked = wanted;
  }

  // A bridge's frames say what they hold by their ether type.
  void check_protocols(const PayloadField& field) {
    if (family_ == TableFamily::kBridge) {
      check_frame(field);
    } else {
      check_meta(NFT_META_NFPROTO, field.network, {field.network}, network_);
    }
    check_meta(NFT_META_L4PROTO, field.transport, {field.transport}, transport_);
  }

  // nft loads the type of IP from what the kernel knows of the packet, other types from the frame.
  void check_frame(const PayloadField& field) {
    const auto type = network_order(ether_type(field.network), sizeof(std::uint16_t));
    const bool is_ip = field.network != NFPROTO_ARP && field.transport == 0;
    if (is_ip) return check_meta(NFT_META_PROTOCOL, field.network, type, network_);
    if (field.network == 0 || field.network == network_) return;
    const PayloadField& frame = *find_payload_field(Field::kEtherType);
    put(LoadPayload{frame.base, frame.offset, frame.length, kFirst});
    put(Compare{NFT_CMP_EQ, kFirst, type});
    network_ = field.network;
  }

  // Loads the key's fields side by side into the registers, then looks them up.
  Result<void> look_up(const std::vector<Field>& key, bool ranges, Lookup lookup) {
    for (const Field field : key) {
      if (!has(field)) {
        return failure(ErrorCode::kInvalidInput,
                       std::string("tables of this family have no ") + to_string(field));
      }
      if (const PayloadField* payload = find_payload_field(field)) check_protocols(*payload);
    }
    std::size_t offset = 0;
    for (const Field field : key) {
      if (offset + 16 > kRegisterFileSize) {
        return failure(ErrorCode::kInvalidInput, "the key for set " + lookup.set + " is too long");
      }
      offset += (load(field, register_at(offset), ranges) + 3) / 4 * 4;
    }
    put(std::move(lookup));
    return {};
  }

  const TableFamily family_;
  std::vector<Expression> expressions_;
  std::uint8_t network_ = 0;
  std::uint8_t transport_ = 0;
};

}  // namespace

Result<std::vector<Expression>> assemble(const Rule& rule, TableFamily family) {
  Assembler assembler(family);
  for (const Statement& statement : rule.statements) {
    if (auto done = std::visit(assembler, statement); !done) {
      return tl::unexpected(std::move(done.error()));
    }
  }
  return assembler.take();
}

}  // namespace portcullis::nl
