#include <gtest/gtest.h>

#include "compiler/engine/profile_registry.h"
#include "tests/support/model/cluster_builder.h"

// Objects are shared by names that are hashes. With a hash that an attacker can control, an object
// with another's name is quarantined, and never shared.
namespace portcullis::test {
namespace {

std::string constant_hash(std::string_view) { return "0"; }

std::string hash_of_length(std::string_view content) { return std::to_string(content.size()); }

SharedPolicies only(PolicyBuilder builder) {
  return {std::make_shared<const NetworkPolicy>(builder.value())};
}

SharedPolicies allowing(const char* name, const char* peers) {
  return only(policy(name).ingress(from({pods(peers)})));
}

class Registry {
 public:
  explicit Registry(ContentHash hash) : profiles_(objects_, pod_sets_, {}, hash) {}

  ActiveProfile& use(const SharedPolicies& policies) {
    return profiles_.use(Direction::kIngress, Family::kIpv4, policies, {});
  }

  void release(ActiveProfile& profile) { profiles_.release(profile); }
  std::vector<Rejection> rejected() const { return profiles_.rejected(); }

  Ruleset take() {
    Delta delta;
    objects_.take(delta);
    pod_sets_.take(delta);
    Ruleset ruleset;
    objects_.print(ruleset);
    return ruleset;
  }

 private:
  PodSetIndex pod_sets_;
  ObjectRegistry objects_{pod_sets_};
  ProfileRegistry profiles_;
};

TEST(NameCollision, QuarantinesTheLaterProfile) {
  Registry registry(constant_hash);
  const auto& first = registry.use(allowing("shop/a", "app=one"));
  const auto& second = registry.use(allowing("bank/b", "app=two"));
  EXPECT_EQ(first.chain->name, "in-0");
  EXPECT_EQ(second.chain->name, "in-quarantine");
  ASSERT_EQ(registry.rejected().size(), 1U);
  EXPECT_EQ(registry.rejected()[0].object, "ingress of the pods that bank/b select");
  const auto ruleset = registry.take();
  EXPECT_EQ(ruleset.sets.at("peer-v4-0").spec.comment, "app=one in shop");
}

// Two tenants' sets with the same name, in chains with different names.
TEST(NameCollision, OfSetsAcrossNamespacesIsFound) {
  Registry registry(hash_of_length);
  const auto& first = registry.use(allowing("shop/a", "app=one"));
  const auto& second = registry.use(only(
      policy("bank/b").ingress({from({pods("app=two")}), from({block("192.0.2.0/24")}).tcp(80)})));
  EXPECT_NE(first.chain->name, "in-quarantine");
  EXPECT_EQ(second.chain->name, "in-quarantine");
}

TEST(NameCollision, EqualContentIsSharedStill) {
  Registry registry(constant_hash);
  const auto policies = allowing("shop/a", "app=one");
  const auto& first = registry.use(policies);
  const auto again = allowing("shop/a", "app=one");
  const auto& second = registry.use(again);
  EXPECT_EQ(first.chain, second.chain);
  EXPECT_TRUE(registry.rejected().empty());
}

TEST(NameCollision, EndsWithTheProfile) {
  Registry registry(constant_hash);
  auto& first = registry.use(allowing("shop/a", "app=one"));
  auto& second = registry.use(allowing("bank/b", "app=two"));
  registry.take();
  registry.release(second);
  registry.release(first);
  EXPECT_TRUE(registry.rejected().empty());
  const auto ruleset = registry.take();
  EXPECT_TRUE(ruleset.chains.empty());
  EXPECT_TRUE(ruleset.sets.empty());
  EXPECT_TRUE(ruleset.counters.empty());
}

}  // namespace
}  // namespace portcullis::test
