#include <linux/netfilter.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "compiler/base/escape.h"
#include "compiler/ruleset/mark_text.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

// One field of an element's key, and of its end in an interval set.
struct FieldRange {
  FieldType type;
  AddressValue first;
  AddressValue last;
};

AddressValue read_field(std::span<const std::uint8_t> bytes) {
  AddressValue value = 0;
  for (const auto byte : bytes) value = (value << 8) | byte;
  return value;
}

std::string protocol_name(unsigned protocol) {
  switch (protocol) {
    case 4:
      return "ipencap";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    case 41:
      return "ipv6";
    case 132:
      return "sctp";
    default:
      return std::to_string(protocol);
  }
}

// Of bytes in the order of the host, read as in that of the network.
std::uint32_t host_order(std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) return __builtin_bswap32(value);
  return value;
}

// With `*` at the end: all interfaces whose names begin with that.
std::string interface_text(AddressValue value, const char* rest = "") {
  std::string name;
  for (int byte = 15; byte >= 0; --byte) {
    const auto c = static_cast<char>(value >> (8 * byte));
    if (c != 0) name += c;
  }
  return '"' + escape(name) + rest + '"';
}

std::string value_text(FieldType type, AddressValue value) {
  switch (type) {
    case FieldType::kIpv4Addr:
      return to_string(Address{Family::kIpv4, value});
    case FieldType::kIpv6Addr:
      return to_string(Address{Family::kIpv6, value});
    case FieldType::kInetProto:
      return protocol_name(static_cast<unsigned>(value));
    case FieldType::kInetService:
      return std::to_string(static_cast<unsigned>(value));
    case FieldType::kIfname:
      return interface_text(value);
    case FieldType::kMark:
      return mark_text(host_order(static_cast<std::uint32_t>(value)));
  }
  return "?";
}

bool is_address(FieldType type) {
  return type == FieldType::kIpv4Addr || type == FieldType::kIpv6Addr;
}

// The prefix length if the range is one block of addresses, else -1.
int prefix_length(const FieldRange& range) {
  const AddressValue host_mask = range.first ^ range.last;
  if ((host_mask & (host_mask + 1)) != 0 || (range.first & host_mask) != 0) return -1;
  int length = range.type == FieldType::kIpv4Addr ? 32 : 128;
  for (auto rest = host_mask; rest != 0; rest >>= 1) --length;
  return length;
}

std::string range_text(const FieldRange& range) {
  if (range.first == range.last) return value_text(range.type, range.first);
  if (range.type == FieldType::kIfname) return interface_text(range.first, "*");
  if (is_address(range.type)) {
    const int length = prefix_length(range);
    const auto begins = value_text(range.type, range.first);
    if (length >= 0) return begins + "/" + std::to_string(length);
  }
  return value_text(range.type, range.first) + "-" + value_text(range.type, range.last);
}

std::string key_text(const Element& element, const SetSpec& set) {
  std::string text;
  std::size_t offset = 0;
  for (const auto type : set.key) {
    const auto field = [&](const ElementKey& key) {
      return read_field(key.bytes().subspan(offset, size_of(type)));
    };
    const auto first = field(element.key);
    if (!text.empty()) text += " . ";
    text += range_text({type, first, element.last.empty() ? first : field(element.last)});
    offset += padded_size_of(type);
  }
  return text;
}

// nft lists the elements of a hash set of concatenations sorted by their bytes from last to first,
// those of every other set in order.
std::vector<const Element*> listing_order(const Set& set) {
  std::vector<const Element*> elements;
  elements.reserve(set.elements.size());
  for (const auto& element : set.elements) elements.push_back(&element);
  if (set.spec.interval || set.spec.key.size() < 2) return elements;
  std::sort(elements.begin(), elements.end(), [](const Element* a, const Element* b) {
    const auto left = a->key.bytes();
    const auto right = b->key.bytes();
    return std::lexicographical_compare(left.rbegin(), left.rend(), right.rbegin(), right.rend());
  });
  return elements;
}

std::size_t elements_per_line(const std::vector<FieldType>& key) {
  if (key.size() > 1) return 1;
  if (key.front() == FieldType::kInetProto || key.front() == FieldType::kInetService) return 5;
  return key.front() == FieldType::kIpv4Addr ? 2 : 1;
}

std::string elements_text(const Set& set) {
  const auto per_line = elements_per_line(set.spec.key);
  std::string text = "\t\telements = { ";
  std::size_t count = 0;
  for (const auto* element : listing_order(set)) {
    if (count != 0) text += count % per_line == 0 ? ",\n\t\t\t     " : ", ";
    text += to_string(*element, set.spec);
    ++count;
  }
  return text + " }\n";
}

std::string block(const std::string& head, const std::vector<std::string>& lines) {
  std::string text = "\t" + head + " {\n";
  for (const auto& line : lines) text += "\t\t" + line + "\n";
  return text;
}

std::string set_text(const Set& set) {
  const auto head = std::string(set.spec.verdict_map ? "map " : "set ") + local_name(set.spec.name);
  return block(head, lines(set.spec)) + (set.elements.empty() ? "" : elements_text(set)) + "\t}\n";
}

struct NamedPriority {
  TableFamily family;
  std::optional<std::uint32_t> hook;  // none: all
  std::int64_t value;
  const char* name;
};

constexpr NamedPriority kNamedPriorities[] = {
    {TableFamily::kInet, {}, -300, "raw"},
    {TableFamily::kInet, {}, -150, "mangle"},
    {TableFamily::kInet, NF_INET_PRE_ROUTING, -100, "dstnat"},
    {TableFamily::kInet, {}, 0, "filter"},
    {TableFamily::kInet, {}, 50, "security"},
    {TableFamily::kInet, NF_INET_POST_ROUTING, 100, "srcnat"},
    {TableFamily::kBridge, NF_INET_PRE_ROUTING, -300, "dstnat"},
    {TableFamily::kBridge, {}, -200, "filter"},
    {TableFamily::kBridge, NF_INET_LOCAL_OUT, 100, "out"},
    {TableFamily::kBridge, NF_INET_POST_ROUTING, 300, "srcnat"},
};

// nft(8) prints a priority by the name of one that is near.
std::string priority_text(const BaseChain& base, TableFamily family) {
  constexpr std::int64_t kNear = 10;
  const std::int64_t priority = base.priority;
  for (const auto& known : kNamedPriorities) {
    const auto distance = priority - known.value;
    if (known.family != family || known.hook.value_or(base.hook) != base.hook) continue;
    if (std::abs(distance) > kNear) continue;
    if (distance == 0) return known.name;
    return known.name + std::string(distance < 0 ? " - " : " + ") +
           std::to_string(std::abs(distance));
  }
  return std::to_string(priority);
}

std::string base_text(const BaseChain& base, TableFamily family) {
  return "type " + base.type + " hook " + hook_text(base.hook) + " priority " +
         priority_text(base, family) + "; policy " + (base.policy == 1 ? "accept" : "drop") + ";";
}

std::string chain_text(const Chain& chain) {
  auto text = block(std::string("chain ") + local_name(chain.spec.name), lines(chain.spec));
  for (const auto& rule : chain.rules) text += "\t\t" + to_string(rule) + "\n";
  return text + "\t}\n";
}

// Another program's comment may have any byte.
std::string comment_text(const std::string& comment) {
  return "comment \"" + escape(comment) + "\"";
}

std::string table_text_of(const Ruleset& ruleset, TableFamily family) {
  std::string text = "table " + table_text(family) + " {\n";
  bool first = true;
  const auto add = [&](const std::string& name, const auto& print) {
    if (table_of(name) != family) return;
    if (!first) text += "\n";
    text += print();
    first = false;
  };
  for (const auto& [name, counter] : ruleset.counters) {
    add(name, [&, &spec = counter] {
      return block(std::string("counter ") + local_name(spec.name), lines(spec)) + "\t}\n";
    });
  }
  for (const auto& [name, set] : ruleset.sets) {
    add(name, [&each = set] { return set_text(each); });
  }
  for (const auto& [name, chain] : ruleset.chains) {
    add(name, [&each = chain] { return chain_text(each); });
  }
  return text + "}\n";
}

}  // namespace

std::string hook_text(std::uint32_t hook) {
  constexpr std::array kHooks = {"prerouting", "input", "forward", "output", "postrouting"};
  return hook < kHooks.size() ? kHooks[hook] : std::to_string(hook);
}

std::vector<std::string> lines(const CounterSpec& counter) {
  if (counter.comment.empty()) return {};
  return {comment_text(counter.comment)};
}

std::vector<std::string> lines(const SetSpec& set) {
  std::string type;
  for (const auto field : set.key)
    type += (type.empty() ? "type " : " . ") + std::string(to_string(field));
  std::vector<std::string> lines = {type + (set.verdict_map ? " : verdict" : "")};
  if (set.interval) lines.emplace_back("flags interval");
  if (!set.comment.empty()) lines.push_back(comment_text(set.comment));
  return lines;
}

std::vector<std::string> lines(const ChainSpec& chain) {
  std::vector<std::string> lines;
  if (!chain.comment.empty()) lines.push_back(comment_text(chain.comment));
  if (chain.base) lines.push_back(base_text(*chain.base, table_of(chain.name)));
  return lines;
}

std::string to_string(const Element& element, const SetSpec& set) {
  const auto key = key_text(element, set);
  if (!set.verdict_map) return key;
  return key + (element.is_goto ? " : goto " : " : jump ") + local_name(element.jump);
}

std::string print_nft(const Ruleset& ruleset) {
  if (ruleset.empty()) return table_text_of(ruleset, TableFamily::kInet);
  std::string text;
  for (const auto family : tables_of(ruleset)) text += table_text_of(ruleset, family);
  return text;
}

}  // namespace portcullis
