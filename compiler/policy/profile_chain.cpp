#include "compiler/policy/profile_chain.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/port_division.h"
#include "compiler/policy/profile_sets.h"
#include "compiler/policy/serialize.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

// The rules of one chain before its drop.
struct Rules {
  std::vector<Rule> all;
  std::vector<Rule> of_pods;  // the subset that looks up pod sets
};

// A pod that moves from one set to another may be in neither for a packet that looks up one set
// before the move and the other after it. So they are looked up twice before the packet is dropped:
// one of the two passes sees a single state.
std::vector<Rule> closed(Rules rules, const CounterSpec& denied) {
  const auto& again = rules.of_pods;
  if (again.size() > 1) rules.all.insert(rules.all.end(), again.begin(), again.end());
  rules.all.push_back(Rule{{Counter{denied.name}, Verdict{Verdict::Kind::kDrop}}});
  return std::move(rules.all);
}

class ChainBuilder {
 public:
  ChainBuilder(const Profile& profile, Family family, const Budget& budget, ContentHash hash);

  void add(const Clause& clause);
  void add(const std::vector<NamedClause>& named);
  Result<void> add(const std::vector<Clause>& by_ports);  // last
  Result<ProfileChain> build() &&;

 private:
  struct Part {
    PortSet ports;
    std::vector<Rule> rules;
  };

  void add_part(const PortSet& ports, const std::vector<const Peers*>& peers);
  void allow(const Peers& peers, const std::optional<InSet>& ports, Rules& rules);
  Rule go_on_by_port();
  std::string add_chain(std::vector<Rule> rules);

  const Family family_;
  const Budget& budget_;
  const ContentHash hash_;
  const char* const prefix_;
  Rules rules_;
  std::vector<Part> parts_;
  ProfileSets sets_;
  std::string collision_;  // the name that two chains would share; empty: none
  ProfileChain built_;
};

ChainBuilder::ChainBuilder(const Profile& profile, Family family, const Budget& budget,
                           ContentHash hash)
    : family_(family),
      budget_(budget),
      hash_(hash),
      prefix_(in_or_out(profile.direction)),
      sets_(profile.direction, family, hash) {
  std::string whose;
  for (const auto& policy : profile.policies) whose += (whose.empty() ? "" : ", ") + policy;
  built_.denied = denied_counter(profile.direction, whose, hash);
}

void ChainBuilder::add(const Clause& clause) {
  allow(clause.peers, clause.ports ? std::optional(sets_.match_ports(*clause.ports)) : std::nullopt,
        rules_);
}

void ChainBuilder::add(const std::vector<NamedClause>& named) {
  if (named.empty()) return;
  const auto& added = rules_.all.emplace_back(
      Rule{{sets_.match_named_ports(named), Verdict{Verdict::Kind::kReturn}}});
  rules_.of_pods.push_back(added);
}

Result<void> ChainBuilder::add(const std::vector<Clause>& by_ports) {
  const auto division = divide(by_ports, family_, rules_.of_pods.size(), budget_);
  if (!division) return tl::unexpected(division.error());
  for (const auto* clause : division->in_turn) add(*clause);
  for (const auto& [members, ports] : division->classes) {
    std::vector<const Peers*> allowed;
    allowed.reserve(members.size());
    for (const auto member : members) allowed.push_back(division->peers[member]);
    add_part(ports, allowed);
  }
  return {};
}

// `peers`: none for everyone. goto does not return, so rules that must still be checked are copied
// into the part, for their second lookup.
void ChainBuilder::add_part(const PortSet& ports, const std::vector<const Peers*>& peers) {
  if (peers.empty()) {
    parts_.push_back({ports, {Rule{{Verdict{Verdict::Kind::kReturn}}}}});
    return;
  }
  Rules rules{{}, rules_.of_pods};
  allow(peers.size() == 1 ? *peers.front() : unite(peers), {}, rules);
  parts_.push_back({ports, closed(std::move(rules), built_.denied.spec)});
}

void ChainBuilder::allow(const Peers& peers, const std::optional<InSet>& ports, Rules& rules) {
  const auto allow = [&](const std::optional<InSet>& far_end) -> const Rule& {
    std::vector<Statement> statements;
    if (ports) statements.emplace_back(*ports);
    if (far_end) statements.emplace_back(*far_end);
    statements.emplace_back(Verdict{Verdict::Kind::kReturn});
    return rules.all.emplace_back(Rule{std::move(statements)});
  };
  if (peers.everyone) {
    allow(std::nullopt);
    return;
  }
  if (!peers.pods.empty()) rules.of_pods.push_back(allow(sets_.match_pods(peers.pods)));
  const auto& ranges = peers.ranges(family_);
  if (!ranges.empty()) allow(sets_.match_addresses(ranges));
}

// Returns its name.
std::string ChainBuilder::add_chain(std::vector<Rule> rules) {
  const auto& denied = built_.denied.spec;
  std::string content;
  put(content, denied.comment);
  put(content, denied.name);  // of the comment before it was cut
  for (const auto& each : rules) put(content, to_string(each));
  const auto name = prefix_ + hash_(content);
  Chain chain{{name, {}, denied.comment}, std::move(rules)};
  const auto [place, added] = built_.chains.try_emplace(name, chain);
  if (!added && !(place->second == chain)) collision_ = name;
  return name;
}

Result<ProfileChain> ChainBuilder::build() && {
  if (sets_.size() > budget_.sets) {
    return failure(
        ErrorCode::kInvalidInput,
        excess("it needs " + std::to_string(sets_.size()) + " sets", "sets", budget_.sets));
  }
  if (!parts_.empty()) rules_.all.push_back(go_on_by_port());
  built_.name = add_chain(closed(std::move(rules_), built_.denied.spec));
  if (collision_.empty()) collision_ = sets_.collision();
  if (!collision_.empty()) {
    return failure(ErrorCode::kConflict, "two of its objects would have the name " + collision_);
  }
  std::move(sets_).take(built_);
  return std::move(built_);
}

// A map with a chain for each part; returns the rule that looks it up.
Rule ChainBuilder::go_on_by_port() {
  const bool interval = std::any_of(parts_.begin(), parts_.end(),
                                    [](const Part& part) { return has_range(part.ports); });
  Set map{{{}, {FieldType::kInetService, FieldType::kInetProto}, interval, true, ""}, {}};
  for (auto& [ports, rules] : parts_) add_ports(ports, map, add_chain(std::move(rules)));
  return Rule{{sets_.look_up(std::move(map))}};
}

Result<void> check_memory(const Profile& profile, Family family, const Budget& budget) {
  std::size_t bytes = 0;
  for (const auto& clause : profile.clauses) bytes += memory_of(clause.peers, family);
  for (const auto& clause : profile.named) bytes += memory_of(clause.peers, family);
  if (bytes <= budget.memory) return {};
  return failure(
      ErrorCode::kInvalidInput,
      excess("it needs some " + std::to_string(bytes) + " bytes", "memory", budget.memory));
}

// Sets of the same content count as often as they are needed.
std::size_t most_sets(const Profile& profile, const Division& divided, Family family) {
  std::size_t sets = 0;
  const auto add_sets = [&](bool pods, bool ranges) {
    sets += (pods ? 1U : 0U) + (ranges ? 1U : 0U);
  };
  const auto add = [&](const Peers& peers) {
    add_sets(!peers.pods.empty(), !peers.ranges(family).empty());
  };
  for (const auto& clause : profile.clauses) {
    if (!clause.ports) add(clause.peers);
  }
  sets += profile.named.empty() ? 0U : 1U;
  for (const auto* clause : divided.in_turn) add(clause->peers);
  for (const auto& each : divided.classes) {
    const auto any = [&](auto has) {
      return std::ranges::any_of(each.members,
                                 [&](std::size_t member) { return has(*divided.peers[member]); });
    };
    add_sets(any([](const Peers& peers) { return !peers.pods.empty(); }),
             any([&](const Peers& peers) { return !peers.ranges(family).empty(); }));
  }
  return sets;
}

}  // namespace

Result<std::size_t> count_sets(const Profile& profile, Family family, const Budget& budget) {
  if (profile.named.size() > kMostPortNames) {
    return failure(ErrorCode::kInvalidInput,
                   "its egress rules have " + std::to_string(profile.named.size()) +
                       " port names; the limit is " + std::to_string(kMostPortNames));
  }
  return check_memory(profile, family, budget).and_then([&]() -> Result<std::size_t> {
    const auto by_ports = clauses_by_ports(profile, family);
    const auto divided = divide(by_ports, family, profile.named.empty() ? 1 : 2, budget);
    if (!divided) return tl::unexpected(divided.error());
    return most_sets(profile, *divided, family);
  });
}

Result<ProfileChain> profile_chain(const Profile& profile, Family family, const Budget& budget,
                                   ContentHash hash) {
  if (auto fits = count_sets(profile, family, budget); !fits) return tl::unexpected(fits.error());
  ChainBuilder builder(profile, family, budget, hash);
  for (const auto& clause : profile.clauses) {
    if (!clause.ports && has_any(clause.peers, family)) builder.add(clause);
  }
  builder.add(profile.named);
  return builder.add(clauses_by_ports(profile, family)).and_then([&] {
    return std::move(builder).build();
  });
}

ProfileChain quarantine_chain(Direction direction) {
  const std::string name = std::string(in_or_out(direction)) + "quarantine";
  ProfileChain chain;
  chain.name = name;
  chain.denied = denied_counter(direction, "pods in quarantine");
  chain.chains[name] = {{name, {}, chain.denied.spec.comment}, closed({}, chain.denied.spec)};
  return chain;
}

}  // namespace portcullis
