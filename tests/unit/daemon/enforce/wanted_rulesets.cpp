#include "tests/unit/daemon/enforce/wanted_rulesets.h"

#include <memory>

#include "compiler/cluster/cluster_state.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {

Ruleset ruleset_for(const std::vector<std::string>& pods, const std::string& policy_name) {
  ClusterState cluster;
  auto policy = std::make_shared<NetworkPolicy>();
  policy->key = {"default", policy_name};
  policy->isolates_ingress = true;
  cluster.apply(PolicyEvent{policy->key, policy});
  int host = 1;
  for (const std::string& name : pods) {
    auto pod = std::make_shared<Pod>();
    pod->key = {"default", name};
    pod->node_name = "node";
    pod->phase = PodPhase::kRunning;
    pod->addresses = {*parse_address("10.0.0." + std::to_string(host++))};
    cluster.apply(PodEvent{pod->key, pod});
  }
  return compile(cluster, "node");
}

Ruleset with_bridge(Ruleset ruleset, const std::string& version) {
  const auto frame = "bridge frame-" + version;
  ruleset.chains[frame] = {{frame, {}, ""}, {Rule{{Verdict{Verdict::Kind::kDrop}}}}};
  BaseChain base;
  base.hook = 0;  // NF_BR_PRE_ROUTING
  ruleset.chains["bridge prerouting"] = {{"bridge prerouting", base, ""},
                                         {Rule{{Jump{frame, true}}}}};
  return ruleset;
}

Ruleset large_ruleset() {
  std::vector<Event> events = {pod("default/web", "10.0.0.1").labels("app=web"),
                               policy("default/large", "app=web")
                                   .ingress(from({pods("app=client"), block("192.0.2.0/24")}))};
  for (int i = 0; i < 25'000; ++i) {
    const auto address = "10.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
    events.push_back(
        pod("default/client-" + std::to_string(i), address).on("elsewhere").labels("app=client"));
  }
  return compile(cluster(events), "n1");
}

Ruleset refused_ruleset() {
  auto ruleset = ruleset_for({});
  Chain& chain = ruleset.chains["in-refused"];
  chain.spec.name = "in-refused";
  chain.rules.push_back(
      Rule{{InSet{{Field::kIp4Source}, "no-such-set", false}, Verdict{Verdict::Kind::kReturn}}});
  return ruleset;
}

Ruleset ruleset_of_chains(std::size_t count, const std::string& version) {
  Ruleset ruleset;
  ruleset.chains["forward"] = {{"forward", BaseChain{}, ""},
                               {Rule{{VerdictMap{{Field::kIp4Destination}, "ingress", false}}}}};
  auto& map = ruleset.sets["ingress"];
  map.spec = {"ingress", {FieldType::kIpv4Addr}, false, true, ""};
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = "in-" + version + "-" + std::to_string(i);
    ruleset.chains[name] = {{name, {}, ""}, {Rule{{Verdict{Verdict::Kind::kDrop}}}}};
    const Address address{Family::kIpv4, AddressValue{0x0a000000} + static_cast<AddressValue>(i)};
    map.elements.push_back({ElementKey().append(address), {}, name});
  }
  return ruleset;
}

}  // namespace portcullis::test
