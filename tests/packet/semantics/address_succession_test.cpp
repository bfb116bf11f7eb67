// SEMANTICS, line 19: an address passes from a finished pod to the next, in whatever order the
// events arrive.
#include <optional>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

// The objects: the former owner of q/b's address, in a phase, and q/b.
struct State {
  std::optional<PodPhase> former;
  bool next = false;
};

struct History {
  const char* name;
  std::vector<State> states;
};

constexpr auto kRunning = PodPhase::kRunning;
constexpr auto kSucceeded = PodPhase::kSucceeded;
constexpr auto kFailed = PodPhase::kFailed;

const History kHistories[] = {
    {"finished with the next one", {{kRunning}, {kSucceeded, true}}},
    {"finished before the next one", {{kRunning}, {kFailed}, {kFailed, true}}},
    {"finished after the next one", {{kRunning}, {kRunning, true}, {kSucceeded, true}}},
    {"heard of after the next one", {{{}, true}, {kFailed, true}, {{}, true}}},
    {"gone with the next one", {{kSucceeded}, {{}, true}}},
};

class AddressSuccession : public PacketTest {
 protected:
  void become(const State& state, const ObjectKey& former, const Pod& next) {
    Pod pod = next;
    pod.key = former;
    pod.labels = Labels{{"pod", "former"}};
    pod.phase = state.former.value_or(PodPhase::kRunning);
    pod.created_at = next.created_at - 1000;
    put(former, state.former ? std::make_shared<const Pod>(pod) : nullptr);
    put(next.key, state.next ? std::make_shared<const Pod>(next) : nullptr);
  }

  testing::AssertionResult address_is_as_in(const State& state) {
    if (state.next) return traffic_is(kNext);
    return traffic_is(state.former == kRunning ? kFormer : kNobodys);
  }

 private:
  void put(const ObjectKey& key, std::shared_ptr<const Pod> pod) {
    objects().apply(PodEvent{key, std::move(pod)});
  }

  // The policies of both, below, at the address of q/b; and that nobody has what its interface
  // does.
  const std::string kFormer = R"(
  p/c, internet -> q/b  80/TCP ICMP: denied
  q/b -> p/c, internet  80/TCP ICMP: denied
  q/b -> p/a  80/TCP ICMP: allowed
)";
  const std::string kNobodys = R"(
  p/a, p/c, internet -> q/b  80/TCP ICMP: denied
  q/b -> p/a, p/c, internet  80/TCP ICMP: denied
)";
  const std::string kNext = R"(
  p/c -> q/b  80/TCP ICMP: allowed
  internet -> q/b  80/TCP ICMP: denied
  q/b -> p/c, internet  80/TCP ICMP: allowed
  q/b -> p/a  80/TCP ICMP: denied
)";
};

INSTANTIATE_TEST_SUITE_P(Variants, AddressSuccession, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

std::vector<std::string> policies_of(const ObjectKey& former) {
  return {policy(former.ns + "/of-former", R"(
  podSelector: {matchLabels: {pod: former}}
  policyTypes: [Ingress, Egress]
  egress: [{to: [{namespaceSelector: {matchLabels: {ns: p}}, podSelector: {matchLabels: {pod: a}}}]}]
)"),
          policy("p/of-a", R"(
  podSelector: {matchLabels: {pod: a}}
  ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {pod: former}}}]}]
)"),
          policy("q/of-next", R"(
  podSelector: {matchLabels: {pod: b}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {ns: p}}}]}]
)")};
}

TEST_P(AddressSuccession, Line19_IsTheSameInWhateverOrder) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  Pod next = pod("q/b");
  next.created_at = 1'700'000'000;
  // One that comes before q/b in every list, and one that comes after it.
  for (const ObjectKey& former : {ObjectKey{"p", "former"}, ObjectKey{"r", "former"}}) {
    for (const auto& history : kHistories) {
      for (const auto& state : history.states) {
        SCOPED_TRACE(to_string(former) + ", " + history.name);
        become(state, former, next);
        enforce(policies_of(former));
        EXPECT_TRUE(address_is_as_in(state));
      }
    }
    objects().apply(PodEvent{former, nullptr});
  }
}

}  // namespace
}  // namespace portcullis::test
