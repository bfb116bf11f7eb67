#include <nlohmann/json.hpp>

#include "compiler/ruleset/mark_text.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t number_at(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = (value << 8) | byte;
  return value;
}

// One value of a field; text is what nft(8) prints for it.
Json field_value(FieldType type, std::span<const std::uint8_t> bytes) {
  if (type == FieldType::kInetService) return number_at(bytes);
  if (type == FieldType::kIfname) return std::string(bytes.begin(), std::ranges::find(bytes, 0));
  return to_string(Element{ElementKey(bytes), {}, {}}, SetSpec{"", {type}, false, false, ""});
}

Json field_range(FieldType type, std::span<const std::uint8_t> first,
                 std::span<const std::uint8_t> last) {
  if (std::equal(first.begin(), first.end(), last.begin())) return field_value(type, first);
  if (type == FieldType::kIfname) return field_value(type, first).get<std::string>() + '*';
  const auto text = to_string(Element{ElementKey(first), ElementKey(last), {}},
                              SetSpec{"", {type}, true, false, ""});
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    return {{"range", {field_value(type, first), field_value(type, last)}}};
  }
  return {
      {"prefix", {{"addr", text.substr(0, slash)}, {"len", std::stoi(text.substr(slash + 1))}}}};
}

Json key_json(const Element& element, const SetSpec& set) {
  Json fields = Json::array();
  std::size_t offset = 0;
  for (const auto type : set.key) {
    const auto first = element.key.bytes().subspan(offset, size_of(type));
    const auto last =
        element.last.empty() ? first : element.last.bytes().subspan(offset, size_of(type));
    fields.push_back(field_range(type, first, last));
    offset += padded_size_of(type);
  }
  return fields.size() == 1 ? fields[0] : Json{{"concat", fields}};
}

Json element_json(const Element& element, const SetSpec& set) {
  auto key = key_json(element, set);
  if (!set.verdict_map) return key;
  return Json::array(
      {key, {{element.is_goto ? "goto" : "jump", {{"target", local_name(element.jump)}}}}});
}

Json in_table(const char* name_key, const std::string& name) {
  return {
      {"family", to_string(table_of(name))}, {"table", kTableName}, {name_key, local_name(name)}};
}

Json counter_json(const CounterSpec& counter) {
  auto json = in_table("name", counter.name);
  if (!counter.comment.empty()) json["comment"] = counter.comment;
  return {{"counter", json}};
}

Json set_json(const Set& set) {
  auto json = in_table("name", set.spec.name);
  Json types = Json::array();
  for (const auto type : set.spec.key) types.push_back(to_string(type));
  json["type"] = types.size() == 1 ? types[0] : types;
  if (set.spec.verdict_map) json["map"] = "verdict";
  if (set.spec.interval) json["flags"] = Json::array({"interval"});
  if (!set.spec.comment.empty()) json["comment"] = set.spec.comment;
  for (const auto& element : set.elements) json["elem"].push_back(element_json(element, set.spec));
  return {{set.spec.verdict_map ? "map" : "set", json}};
}

Json chain_json(const ChainSpec& chain) {
  auto json = in_table("name", chain.name);
  if (!chain.comment.empty()) json["comment"] = chain.comment;
  if (chain.base) {
    json["type"] = chain.base->type;
    json["hook"] = hook_text(chain.base->hook);
    json["prio"] = chain.base->priority;
    json["policy"] = chain.base->policy == 1 ? "accept" : "drop";
  }
  return {{"chain", json}};
}

// "@th,64,128"
Json raw_payload_json(const std::string& text) {
  const auto offset = text.find(',') + 1;
  const auto length = text.find(',', offset) + 1;
  return {{"payload",
           {{"base", text.substr(1, offset - 2)},
            {"offset", std::stoi(text.substr(offset))},
            {"len", std::stoi(text.substr(length))}}}};
}

// "ip saddr", "arp saddr ip"
Json payload_json(const std::string& text) {
  if (text.starts_with('@')) return raw_payload_json(text);
  const auto space = text.find(' ');
  return {{"payload", {{"protocol", text.substr(0, space)}, {"field", text.substr(space + 1)}}}};
}

// "ct original ip saddr"
Json conntrack_json(const std::string& text) {
  const auto after_direction = text.find(' ', 3);
  return {
      {"ct",
       {{"key", text.substr(after_direction + 1)}, {"dir", text.substr(3, after_direction - 3)}}}};
}

Json field_json(Field field) {
  if (field == Field::kL4Proto) return {{"meta", {{"key", "l4proto"}}}};
  if (field == Field::kInputInterface || field == Field::kOutputInterface) {
    return {{"meta", {{"key", to_string(field)}}}};
  }
  if (field == Field::kConntrackDirection) return {{"ct", {{"key", "direction"}}}};
  const std::string text = to_string(field);
  if (text.starts_with("ct ")) return conntrack_json(text);
  const auto mask = text.find(" & ");
  if (mask == std::string::npos) return payload_json(text);
  return {{"&", {payload_json(text.substr(0, mask)), text.substr(mask + 3)}}};
}

Json block_json(Field field, const Cidr& block) {
  if (field == Field::kNeighborTarget) return hexadecimal(block.base);
  if (block.prefix_length == bits(block.base.family)) return to_string(block.base);
  return {{"prefix", {{"addr", to_string(block.base)}, {"len", block.prefix_length}}}};
}

Json key_json(const std::vector<Field>& fields) {
  if (fields.size() == 1) return field_json(fields[0]);
  Json concat = Json::array();
  for (const auto field : fields) concat.push_back(field_json(field));
  return {{"concat", concat}};
}

Json match(const char* op, Json left, Json right) {
  return {{"match", {{"op", op}, {"left", std::move(left)}, {"right", std::move(right)}}}};
}

std::string at(const std::string& set) { return std::string("@") + local_name(set); }

Json masked_mark(std::uint32_t mask) { return {{"&", {{{"ct", {{"key", "mark"}}}}, mask}}}; }

struct StatementJson {
  Json operator()(const ConntrackState& state) const {
    Json names = Json::array();
    if (state.any_of & ConntrackState::kEstablished) names.push_back("established");
    if (state.any_of & ConntrackState::kRelated) names.push_back("related");
    return match("in", {{"ct", {{"key", "state"}}}}, names);
  }
  Json operator()(const Equal& equal) const {
    return match("==", field_json(equal.field), equal.value);
  }
  Json operator()(const ConntrackStatus&) const {
    return match("in", {{"ct", {{"key", "status"}}}}, "dnat");
  }
  Json operator()(const ConntrackMarkInSet& in) const {
    return match(in.negated ? "!=" : "==", masked_mark(in.mask), at(in.set));
  }
  Json operator()(const SetConntrackMark& mark) const {
    const auto kept = masked_mark(mark.keep | mark.value);
    return {{"mangle",
             {{"key", {{"ct", {{"key", "mark"}}}}},
              {"value", mark.value == 0 ? kept : Json{{"|", {kept, mark.value}}}}}}};
  }
  Json operator()(const ReversePathMissing&) const {
    return match("==", {{"fib", {{"result", "oif"}, {"flags", {"saddr", "iif"}}}}}, false);
  }
  Json operator()(const Log& log) const {
    Json options;
    if (!log.prefix.empty()) options["prefix"] = log.prefix;
    options["group"] = log.group;
    return {{"log", options}};
  }
  Json operator()(const RateLimit& limit) const {
    return {{"limit", {{"rate", limit.per_second}, {"per", "second"}, {"burst", limit.burst}}}};
  }
  Json operator()(const AtMost& most) const {
    return match("<=", field_json(most.field), most.value);
  }
  Json operator()(const InBlock& in) const {
    return match(in.negated ? "!=" : "==", field_json(in.field), block_json(in.field, in.block));
  }
  Json operator()(const InSet& in) const {
    return match(in.negated ? "!=" : "==", key_json(in.key), at(in.set));
  }
  Json operator()(const VerdictMap& vmap) const {
    return {{"vmap", {{"key", key_json(vmap.key)}, {"data", at(vmap.map)}}}};
  }
  Json operator()(const Counter& counter) const {
    return {{"counter", counter.name.empty() ? Json(nullptr) : Json(local_name(counter.name))}};
  }
  Json operator()(const Verdict& verdict) const {
    switch (verdict.kind) {
      case Verdict::Kind::kAccept:
        return {{"accept", nullptr}};
      case Verdict::Kind::kDrop:
        return {{"drop", nullptr}};
      case Verdict::Kind::kReturn:
        return {{"return", nullptr}};
    }
    return {};
  }
  Json operator()(const Jump& jump) const {
    return {{jump.is_goto ? "goto" : "jump", {{"target", local_name(jump.chain)}}}};
  }
  Json operator()(const Foreign&) const { return {}; }
};

bool is_foreign(const Rule& rule) {
  return std::any_of(rule.statements.begin(), rule.statements.end(),
                     [](const Statement& each) { return std::holds_alternative<Foreign>(each); });
}

Json rule_json(const std::string& chain, const Rule& rule) {
  auto json = in_table("chain", chain);
  json["expr"] = Json::array();
  for (const auto& statement : rule.statements) {
    json["expr"].push_back(std::visit(StatementJson{}, statement));
  }
  return {{"rule", json}};
}

}  // namespace

// Commands run in order, so definitions come before references: counters, chains, sets, then rules.
std::string print_json(const Ruleset& ruleset) {
  Json commands = Json::array();
  commands.push_back({{"metainfo", {{"json_schema_version", 1}}}});
  const auto add = [&](Json object) { commands.push_back({{"add", std::move(object)}}); };
  const auto tables = ruleset.empty() ? std::vector{TableFamily::kInet} : tables_of(ruleset);
  for (const auto family : tables) {
    add({{"table", {{"family", to_string(family)}, {"name", kTableName}}}});
  }
  for (const auto& [name, counter] : ruleset.counters) add(counter_json(counter));
  for (const auto& [name, chain] : ruleset.chains) add(chain_json(chain.spec));
  for (const auto& [name, set] : ruleset.sets) add(set_json(set));
  for (const auto& [name, chain] : ruleset.chains) {
    for (const auto& rule : chain.rules) {
      if (!is_foreign(rule)) add(rule_json(name, rule));
    }
  }
  return Json{{"nftables", commands}}.dump(2) + "\n";
}

}  // namespace portcullis
