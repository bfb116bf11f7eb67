#include "compiler/policy/compile_profile.h"

#include <algorithm>
#include <map>

#include "compiler/policy/forward_chain.h"

namespace portcullis {
namespace {

using PolicySpan = std::span<const NetworkPolicy* const>;

const std::vector<PolicyRule>& rules_of(const NetworkPolicy& policy, Direction direction) {
  return direction == Direction::kIngress ? policy.ingress : policy.egress;
}

PolicySize size_of(Direction direction, PolicySpan policies) {
  PolicySize size;
  for (const auto* policy : policies) {
    for (const auto& rule : rules_of(*policy, direction)) size += size_of(rule);
  }
  return size;
}

std::size_t memory_of(const PolicyRule& rule) {
  std::size_t bytes = 0;
  for (const auto& peer : rule.peers) {
    if (const auto* block = std::get_if<IpBlock>(&peer)) {
      bytes += (1 + block->except.size()) * kMemoryOfElement;
    } else {
      const auto& pods = std::get<PodPeer>(peer);
      bytes += kCopiesOfSelector * memory_of(pods.pods);
      if (pods.namespaces) bytes += kCopiesOfSelector * memory_of(*pods.namespaces);
    }
  }
  return bytes;
}

std::size_t memory_of(Direction direction, PolicySpan policies) {
  std::size_t bytes = 0;
  for (const auto* policy : policies) {
    for (const auto& rule : rules_of(*policy, direction)) bytes += memory_of(rule);
  }
  return bytes;
}

}  // namespace

Result<std::optional<ProfileChain>> compile_profile(Direction direction, PolicySpan policies,
                                                    const std::vector<NamedPort>& ports,
                                                    Family family, const Budget& budget,
                                                    ContentHash hash) {
  if (const auto why = excess(size_of(direction, policies), budget)) {
    return failure(ErrorCode::kInvalidInput, *why);
  }
  const auto profile = make_profile(direction, policies, ports);
  if (profile.allows_everything()) return std::nullopt;
  return profile_chain(profile, family, budget, hash).map([](ProfileChain chain) {
    return std::optional(std::move(chain));
  });
}

std::optional<std::string> policy_excess(const NetworkPolicy& policy, const Budget& budget) {
  if (auto why = excess(size_of(policy), budget)) return why;
  const NetworkPolicy* const alone = &policy;
  auto half = budget;
  half.sets /= 2;  // of both directions together
  if (std::ranges::none_of(kDirections, [&](Direction direction) {
        return may_exceed(direction, {&alone, 1}, half);
      })) {
    return std::nullopt;
  }
  std::map<Family, std::size_t> sets;
  for (const auto direction : kDirections) {
    const auto profile = make_profile(direction, {&alone, 1}, {});
    for (const auto family : kFamilies) {
      const auto most = count_sets(profile, family, budget);
      if (!most) return most.error().message;
      if ((sets[family] += *most) > budget.sets) {
        return excess("it may need " + std::to_string(sets[family]) + " sets", "sets", budget.sets);
      }
    }
  }
  return std::nullopt;
}

std::size_t most_sets(Direction direction, PolicySpan policies) {
  return 2 * size_of(direction, policies).ports + 2;
}

// n port ranges have at most 2n + 1 classes; each has a set of pods, a set of networks, and the
// rules that look up pods for every port.
bool may_exceed(Direction direction, PolicySpan policies, const Budget& budget) {
  const auto size = size_of(direction, policies);
  const auto classes = 2 * size.ports + 1;
  return excess(size, budget) || size.ports > kMostPortNames || 5 * classes > budget.sets ||
         classes * memory_of(direction, policies) > budget.memory;
}

}  // namespace portcullis
