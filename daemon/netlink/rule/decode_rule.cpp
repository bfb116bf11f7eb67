#include "daemon/netlink/rule/rule.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <bit>
#include <cstring>
#include <span>

#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/object/required_attributes.h"
#include "daemon/netlink/rule/expression_codec.h"
#include "daemon/netlink/rule/payload_field.h"

namespace portcullis::nl {
namespace {

std::optional<Verdict::Kind> kind_of(std::int32_t verdict) {
  switch (verdict) {
    case NF_ACCEPT:
      return Verdict::Kind::kAccept;
    case NF_DROP:
      return Verdict::Kind::kDrop;
    case NFT_RETURN:
      return Verdict::Kind::kReturn;
    default:
      return {};
  }
}

// Reads the statements that a rule would have if it were ours, and ignores what they imply
// (registers, lengths, protocol checks): disassemble() compares that as a whole.
class Reader {
 public:
  Reader(std::span<const Expression> expressions, const Sets& sets, TableFamily family)
      : rest_(expressions), sets_(sets), family_(family) {}

  std::optional<Rule> read() {
    Rule rule;
    while (skip_protocol_check(), !rest_.empty()) {
      auto statement = read_statement();
      if (!statement) return {};
      rule.statements.push_back(std::move(*statement));
    }
    return rule;
  }

 private:
  template <class T>
  const T* peek(std::size_t ahead = 0) const {
    return ahead < rest_.size() ? std::get_if<T>(&rest_[ahead]) : nullptr;
  }

  template <class T>
  const T* take() {
    const T* expression = peek<T>();
    if (expression != nullptr) rest_ = rest_.subspan(1);
    return expression;
  }

  void skip_protocol_check() {
    for (; peek<Compare>(1); rest_ = rest_.subspan(2)) {
      const auto* meta = peek<LoadMeta>();
      if (meta == nullptr && !checks_frame()) return;
      const auto& wanted = peek<Compare>(1)->data;
      const bool is_transport = meta != nullptr && meta->key == NFT_META_L4PROTO;
      if (is_transport && !loads(2)) return;
      if (is_transport && !wanted.empty()) transport_ = wanted.front();
    }
  }

  bool loads(std::size_t ahead) const {
    return peek<LoadMeta>(ahead) != nullptr || peek<LoadPayload>(ahead) != nullptr;
  }

  // Another field follows, which implies the check.
  bool checks_frame() const {
    const auto* load = peek<LoadPayload>();
    if (load == nullptr || load->base != NFT_PAYLOAD_LL_HEADER) return false;
    return loads(2);
  }

  std::optional<Statement> read_statement() {
    if (take<Count>()) return Counter{};
    if (const auto* log = take<LogTo>()) return Log{log->group, log->prefix};
    if (const auto* limit = take<LimitRate>()) return RateLimit{limit->rate, limit->burst};
    if (take<LoadFib>())
      return take<Compare>() ? std::optional(ReversePathMissing{}) : std::nullopt;
    if (const auto* count = take<CountBy>()) return Counter{name(count->counter)};
    if (const auto* decide = take<Decide>()) return read_verdict(*decide);
    const auto* conntrack = peek<LoadConntrack>();
    if (conntrack == nullptr || find_conntrack_field(*conntrack) != nullptr) return read_match();
    return conntrack->key == NFT_CT_MARK ? read_conntrack_mark() : read_conntrack_bits();
  }

  std::string name(const std::string& local) const { return name_in(family_, local); }

  std::optional<Statement> read_verdict(const Decide& decide) const {
    if (!decide.chain.empty()) return Jump{name(decide.chain), decide.verdict == NFT_GOTO};
    const auto kind = kind_of(decide.verdict);
    return kind ? std::optional<Statement>(Verdict{*kind}) : std::nullopt;
  }

  std::optional<Statement> read_conntrack_bits() {
    const auto key = take<LoadConntrack>()->key;
    const auto* bits = take<MaskBits>();
    if (bits == nullptr || take<Compare>() == nullptr) return {};
    const auto any_of = number_in(bits->mask);
    if (!any_of) return {};
    if (key == NFT_CT_STATUS) return ConntrackStatus{*any_of};
    return ConntrackState{*any_of};
  }

  std::optional<Statement> read_conntrack_mark() {
    take<LoadConntrack>();
    const auto* bits = take<MaskBits>();
    const auto mask = bits == nullptr ? std::nullopt : number_in(bits->mask);
    const auto flip = bits == nullptr ? std::nullopt : number_in(bits->flip);
    if (!mask || !flip) return {};
    if (take<StoreConntrack>()) return SetConntrackMark{*mask, *flip};
    const auto* lookup = take<Lookup>();
    if (lookup == nullptr) return {};
    return ConntrackMarkInSet{*mask, name(lookup->set), (lookup->flags & NFT_LOOKUP_F_INV) != 0};
  }

  // In the order of the host.
  static std::optional<std::uint32_t> number_in(const Bytes& bytes) {
    std::uint32_t number = 0;
    if (bytes.size() != sizeof number) return {};
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }

  std::optional<Field> read_field() {
    if (const auto* load = take<LoadMeta>()) {
      take<SwapBytes>();
      const MetaField* field = find_meta_field(*load);
      return field ? std::optional(field->field) : std::nullopt;
    }
    if (const auto* load = take<LoadConntrack>()) {
      const ConntrackField* field = find_conntrack_field(*load);
      return field ? std::optional(field->field) : std::nullopt;
    }
    const auto* load = take<LoadPayload>();
    const auto* compare = peek<Compare>(1);  // with a block, else with a number
    const bool masked = peek<MaskBits>() && (compare == nullptr || compare->data.size() <= 2);
    const PayloadField* field = load ? find_payload_field(*load, transport_, masked) : nullptr;
    if (masked) take<MaskBits>();
    return field ? std::optional(field->field) : std::nullopt;
  }

  std::optional<Statement> read_match() {
    std::vector<Field> key;
    while (const auto field = read_field()) key.push_back(*field);
    if (key.empty()) return {};
    if (const auto* lookup = take<Lookup>()) {
      auto set_name = name(lookup->set);
      const auto set = sets_.find(set_name);
      const bool interval = set != sets_.end() && set->second.spec.interval;
      if (lookup->target) return VerdictMap{std::move(key), std::move(set_name), interval};
      return InSet{std::move(key), std::move(set_name), interval,
                   (lookup->flags & NFT_LOOKUP_F_INV) != 0};
    }
    if (key.size() != 1) return {};
    const auto* bits = take<MaskBits>();
    const auto* compare = take<Compare>();
    if (compare == nullptr) return {};
    return compare->data.size() > 2 ? read_block(key.front(), bits, *compare)
                                    : read_number(key.front(), *compare);
  }

  static std::optional<Statement> read_block(Field field, const MaskBits* bits,
                                             const Compare& compare) {
    const auto size = compare.data.size();
    if (size != 4 && size != 16) return {};
    Cidr block{{size == 4 ? Family::kIpv4 : Family::kIpv6, 0}, static_cast<int>(8 * size)};
    for (const auto byte : compare.data) block.base.value = block.base.value << 8 | byte;
    if (bits != nullptr) {
      block.prefix_length = 0;
      for (const auto byte : bits->mask) block.prefix_length += std::popcount(byte);
    }
    return InBlock{field, block, compare.operation == NFT_CMP_NEQ};
  }

  static std::optional<Statement> read_number(Field field, const Compare& compare) {
    std::uint16_t value = 0;
    for (const auto byte : compare.data) value = static_cast<std::uint16_t>(value << 8 | byte);
    if (compare.operation == NFT_CMP_LTE) return AtMost{field, value};
    return Equal{field, value};
  }

  std::span<const Expression> rest_;
  const Sets& sets_;
  const TableFamily family_;
  std::uint8_t transport_ = 0;  // the last one checked
};

template <class Visit>
void for_each_expression(nftnl_rule* rule, Visit visit) {
  nftnl_expr_foreach(
      rule,
      [](nftnl_expr* expr, void* data) {
        (*static_cast<Visit*>(data))(expr);
        return 0;
      },
      &visit);
}

Rule foreign(nftnl_rule* object) {
  Rule rule;
  for_each_expression(
      object, [&](const nftnl_expr* expr) { rule.statements.push_back(Foreign{to_string(expr)}); });
  return rule;
}

std::string chain_of(TableFamily family, const nftnl_rule* object) {
  return name_in(family, text_of(nftnl_rule_get_str(object, NFTNL_RULE_CHAIN)));
}

// Expressions that libnftnl cannot parse, because the kernel is newer, have no text.
PlacedRule unreadable(TableFamily family, const nftnl_rule* object) {
  return {chain_of(family, object), Rule{{Foreign{"an expression that libnftnl lacks"}}}};
}

}  // namespace

std::optional<Rule> disassemble(const std::vector<Expression>& expressions, const Sets& sets,
                                TableFamily family) {
  auto rule = Reader(expressions, sets, family).read();
  if (!rule) return {};
  const auto again = assemble(*rule, family);
  return again && *again == expressions ? rule : std::nullopt;
}

PlacedRule decode_rule(const nlmsghdr* header, const Sets& sets) {
  const RuleObject object(allocated(nftnl_rule_alloc()));
  const auto family = table_family(header);
  if (!has_required_attributes(header) || nftnl_rule_nlmsg_parse(header, object.get()) < 0)
    return unreadable(family, object.get());
  std::vector<Expression> expressions;
  for_each_expression(object.get(), [&](const nftnl_expr* expr) {
    expressions.push_back(decode_expression(expr));
  });
  auto rule = disassemble(expressions, sets, family);
  return {chain_of(family, object.get()), rule ? std::move(*rule) : foreign(object.get())};
}

}  // namespace portcullis::nl
