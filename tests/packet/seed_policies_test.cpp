// Every policy of manifests/examples on a whole cluster: each test states which connections it
// allows (every endpoint to every endpoint, TCP, UDP, SCTP and ICMP, over IPv4 and IPv6).
#include "tests/packet/fixture.h"
#include "tests/packet/seed_cluster.h"

namespace portcullis::test {
namespace {

using SeedPolicies = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, SeedPolicies, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

bool is_ipv4(const Flow& flow) { return flow.family == Family::kIpv4; }

TEST_P(SeedPolicies, NoPolicyNoIsolation) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({});
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));
}

// production/worker has the role of a front end, too, but in another namespace.
TEST_P(SeedPolicies, ExamplePolicy) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("example-policy")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow)) return true;
    if (flow.to.name == "default/web")
      return flow.from.name == "default/frontend" && flow.traffic == tcp(80);
    if (flow.from.name == "default/web")
      return flow.to.name == "default/database" && flow.traffic == tcp(5432);
    return true;
  }));
}

TEST_P(SeedPolicies, DefaultDenyIngress) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("default-deny-ingress")});
  EXPECT_TRUE(reachability_is(
      [](const Flow& flow) { return is_never_filtered(flow) || flow.to.ns != "default"; }));
}

TEST_P(SeedPolicies, DefaultDenyEgress) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("default-deny-egress")});
  EXPECT_TRUE(reachability_is(
      [](const Flow& flow) { return is_never_filtered(flow) || flow.from.ns != "default"; }));
}

TEST_P(SeedPolicies, AllowDns) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("default-deny-egress"), example("allow-dns")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow) || flow.from.ns != "default") return true;
    return flow.to.name == "kube-system/dns" &&
           (flow.traffic == udp(53) || flow.traffic == tcp(53));
  }));
}

TEST_P(SeedPolicies, ApiPolicy) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("api-policy")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow)) return true;
    if (flow.to.name == "default/api")
      return flow.from.name == "default/frontend" && flow.traffic == tcp(8080);
    if (flow.from.name == "default/api") {
      return (flow.to.name == "default/database" && flow.traffic == tcp(5432)) ||
             (flow.to.name == "kube-system/dns" && flow.traffic == udp(53));
    }
    return true;
  }));
}

TEST_P(SeedPolicies, AllowFromMonitoring) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("allow-from-monitoring")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow) || flow.to.name != "production/api") return true;
    return flow.from.name == "monitoring/prometheus" && flow.traffic == tcp(9090);
  }));
}

TEST_P(SeedPolicies, AllowExternal) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("allow-external")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow) || flow.to.name != "default/web") return true;
    // Pods have addresses in 10.244.0.0/16, other nodes in 172.18.0.0/16.
    const bool inside = flow.from.is_pod() || flow.from.name == "office";
    return inside && is_ipv4(flow) && flow.traffic == tcp(443);
  }));
}

TEST_P(SeedPolicies, MinimalAccess) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("minimal-access")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow)) return true;
    if (flow.to.name == "default/backend")
      return flow.from.name == "default/frontend" && flow.traffic == tcp(8080);
    if (flow.from.name == "default/backend") {
      return (flow.to.name == "default/database" && flow.traffic == tcp(5432)) ||
             (flow.to.is_pod() && flow.traffic == udp(53));
    }
    return true;
  }));
}

TEST_P(SeedPolicies, DenyFromOtherNamespaces) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("deny-from-other-namespaces")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    return is_never_filtered(flow) || flow.to.ns != "production" || flow.from.ns == "production";
  }));
}

TEST_P(SeedPolicies, RestrictEgress) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("restrict-egress")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow) || flow.from.name != "default/backend") return true;
    if (!is_ipv4(flow)) return false;
    if (flow.to.is_pod() || flow.to.name == "office" || flow.to.name == "forbidden") return true;
    return flow.to.name == "internet" && flow.traffic == tcp(443);
  }));
}

// Policies are additive: the API's policy opens what the default denials close, but only its side
// of each connection. The front end's and the database's sides stay closed.
TEST_P(SeedPolicies, PoliciesAddUpAndBothSidesMustAllow) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("default-deny-ingress"), example("default-deny-egress"), example("api-policy")});
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (is_never_filtered(flow)) return true;
    if (flow.from.name == "default/api")
      return flow.to.name == "kube-system/dns" && flow.traffic == udp(53);
    return flow.from.ns != "default" && flow.to.ns != "default";
  }));
}

TEST_P(SeedPolicies, OneAfterAnotherEachReplacesTheLast) {
  BUILD_OR_SKIP(in(GetParam(), seed_cluster()));
  enforce({example("restrict-egress")});
  enforce({example("default-deny-egress"), example("api-policy")});
  enforce({example("default-deny-ingress")});
  EXPECT_TRUE(reachability_is(
      [](const Flow& flow) { return is_never_filtered(flow) || flow.to.ns != "default"; }));
  enforce({});
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));
}

}  // namespace
}  // namespace portcullis::test
