#include "compiler/matrix/matrix.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

ClusterState shop() {
  return cluster(
      {pod("shop/web", "10.0.0.1 fd00::1").labels("app=web"),
       pod("shop/api", "10.0.0.2 fd00::2").labels("app=api"), pod("bank/db", "10.0.0.3"),
       pod("shop/host", "172.18.0.1").host_network(), pod("shop/new", ""),
       pod("shop/old", "10.0.0.9").phase(PodPhase::kFailed),
       policy("shop/in", "app=api")
           .ingress({from({pods("app=web")}).tcp(8080), from({block("192.0.2.0/24")})})});
}

Result<Matrix> matrix_of(const ClusterState& state, const MatrixWords& words) {
  return parse_matrix_query(words).and_then(
      [&](const MatrixQuery& query) { return make_matrix(state, query); });
}

std::string table(const ClusterState& state, const MatrixWords& words = {},
                  Listing listing = Listing::kRestricted) {
  const auto matrix = matrix_of(state, words);
  return matrix ? print_text(*matrix, listing) : matrix.error().message;
}

std::string lines(const MatrixWords& words) {
  const auto text = table(shop(), words);
  return text.substr(0, text.find("Everything"));
}

TEST(MatrixText, ListsWhatIsRestrictedAndWhatIsLeftOut) {
  EXPECT_EQ(table(shop(), {.addresses = {"198.51.100.1"}}),
            "FROM           TO        ALLOWED\n"
            "shop/web       shop/api  8080/TCP\n"
            "everyone else  shop/api  none\n"
            "Everything else between these 4 is allowed (--all lists it).\n"
            "Left out, on the host network: shop/host.\n"
            "Left out, finished: shop/old.\n"
            "Left out, without an address: shop/new.\n");
}

TEST(MatrixText, SaysThatNothingIsRestricted) {
  const auto state = cluster({pod("a/x", "10.0.0.1"), pod("a/y", "10.0.0.2")});
  EXPECT_EQ(table(state), "Everything between these 2 is allowed.\n");
}

TEST(MatrixText, WithAllListsEveryPair) {
  EXPECT_EQ(table(shop(), {.namespaces = {"bank"}, .addresses = {"192.0.2.1"}}, Listing::kAll),
            "FROM       TO         ALLOWED\n"
            "bank/db    bank/db    all\n"
            "192.0.2.1  bank/db    all\n"
            "bank/db    192.0.2.1  all\n"
            "192.0.2.1  192.0.2.1  no address family in common\n");
}

TEST(MatrixText, SidesAreChosenByName) {
  const std::string web = "FROM      TO        ALLOWED\nshop/web  shop/api  8080/TCP\n";
  EXPECT_EQ(lines({.from = {"shop/web"}}), web);
  EXPECT_EQ(lines({.from = {"10.0.0.1"}, .to = {"shop"}}), web);
  EXPECT_EQ(lines({.from = {"bank"}, .to = {"shop/api"}}),
            "FROM     TO        ALLOWED\nbank/db  shop/api  none\n");
  EXPECT_EQ(lines({.from = {"192.0.2.7"}, .to = {"shop/api"}}), "");
  EXPECT_EQ(lines({.selector = "app in (web,api)"}), web);
  EXPECT_EQ(table(shop(), {.from = {"shop/nobody"}}),
            "there is no pod, workload or namespace shop/nobody");
  EXPECT_EQ(table(shop(), {.to = {"shop/host"}}), "pod shop/host is on the host network");
  EXPECT_EQ(table(shop(), {.selector = "app=none"}), "no pod matches: check -n and -l");
  EXPECT_EQ(table(shop(), {.namespaces = {"bank", "nowhere"}}),
            "there is no pod in namespace nowhere");
}

TEST(MatrixText, TextsThatCannotBeUnderstoodAreQuoted) {
  EXPECT_NE(table(shop(), {.addresses = {"web"}}).find("web"), std::string::npos);
  EXPECT_NE(table(shop(), {.addresses = {"127.0.0.1"}}).find("loopback"), std::string::npos);
  EXPECT_NE(table(shop(), {.from = {"224.0.0.1"}}).find("multicast"), std::string::npos);
  EXPECT_EQ(table(shop(), {.selector = "app in (a"}).find("\"app in (a\" is not part of a label"),
            0u);
}

// For a Deployment of two versions, a StatefulSet, a CronJob's jobs, and bare pods.
TEST(MatrixText, PodsOfOneWorkloadAreOneRow) {
  const auto state = cluster(
      {pod("a/api-5d4f8-abcde", "10.0.0.1").labels("app=api,pod-template-hash=5d4f8"),
       pod("a/api-77b9c-fghij", "10.0.0.2").labels("app=api,pod-template-hash=77b9c"),
       pod("a/db-0", "10.0.0.3")
           .labels("app=db,statefulset.kubernetes.io/pod-name=db-0,apps.kubernetes.io/pod-index=0"),
       pod("a/db-1", "10.0.0.4")
           .labels("app=db,statefulset.kubernetes.io/pod-name=db-1,apps.kubernetes.io/pod-index=1"),
       pod("a/backup-29000001-x1x1x", "10.0.0.5")
           .labels("job=backup,batch.kubernetes.io/job-name=backup-29000001"),
       pod("a/backup-29000002-y1y1y", "10.0.0.6")
           .labels("job=backup,batch.kubernetes.io/job-name=backup-29000002"),
       pod("a/web-x", "10.0.0.7").labels("app=web"), pod("a/web-y", "10.0.0.8").labels("app=web"),
       policy("a/p", "app=db").ingress(from({pods("app=api")}).tcp(5432))});
  EXPECT_EQ(table(state),
            "FROM           TO    ALLOWED\n"
            "a/api          a/db  5432/TCP\n"
            "everyone else  a/db  none\n"
            "Everything else between these 4 is allowed (--all lists it).\n");
}

TEST(MatrixText, WorkloadsOfOneNameAreToldApartByTheirLabels) {
  const auto state =
      cluster({pod("a/api-5d4f8-abcde", "10.0.0.1").labels("app=api,v=1,pod-template-hash=5d4f8"),
               pod("a/api-77b9c-fghij", "10.0.0.2").labels("app=api,v=2,pod-template-hash=77b9c"),
               policy("a/p", "v=2").ingress()});
  EXPECT_EQ(table(state),
            "FROM         TO           ALLOWED\n"
            "a/api (v=1)  a/api (v=2)  none\n"
            "Everything else between these 2 is allowed (--all lists it).\n");
}

TEST(MatrixText, WhatDependsOnThePodSaysSo) {
  const auto state = cluster({pod("a/db-0", "10.0.0.3").labels("app=db").port("sql", 1),
                              pod("a/db-1", "10.0.0.4").labels("app=db").port("sql", 2),
                              pod("a/web", "10.0.0.7").labels("app=web"),
                              policy("a/p", "app=db").ingress(from().named("sql"))});
  EXPECT_EQ(table(state),
            "FROM  TO      ALLOWED\n"
            "a/*   a/db-*  varies by pod: 1/TCP or 2/TCP\n"
            "Everything else between these 2 is allowed (--all lists it).\n");
}

// Labels that controllers generate, and blocks: what lets a policy tell pods of a workload apart.
TEST(MatrixText, PodsThatAPolicyTellsApartAreJudgedEachByItself) {
  const auto db = [](const std::string& name, const char* address) {
    return pod("a/" + name, address).labels("app=db,statefulset.kubernetes.io/pod-name=" + name);
  };
  const auto told = [&](const PolicyBuilder& rule) {
    return table(cluster({db("db-0", "10.0.0.1"), db("db-1", "10.0.0.2"), db("db-2", "10.0.0.9"),
                          pod("b/x", "10.1.0.1"), rule}),
                 {.from = {"b/x", "a/db-0"}});
  };
  for (const auto& rule : {policy("a/p", "statefulset.kubernetes.io/pod-name=db-2").ingress(),
                           policy("b/p").ingress(from({block("10.0.0.0/29")}))}) {
    const auto text = told(rule);
    EXPECT_NE(text.find("varies by pod: all or none"), text.npos) << text;
  }
}

TEST(MatrixText, WholeNamespacesAreOneLine) {
  const auto state =
      cluster({pod("a/x", "10.0.0.1").labels("app=x"), pod("a/y", "10.0.0.2").labels("app=y"),
               pod("b/x", "10.0.1.1").labels("app=x"), pod("b/y", "10.0.1.2").labels("app=y"),
               policy("a/only-a").ingress(from({pods("")})), policy("b/deny").ingress()});
  EXPECT_EQ(table(state),
            "FROM  TO   ALLOWED\n"
            "b/*   a/*  none\n"
            "*     b/*  none\n"
            "Everything else between these 4 is allowed (--all lists it).\n");
}

TEST(MatrixText, WhoIsNoExceptionIsEveryoneElse) {
  const auto state =
      cluster({pod("a/api", "10.0.0.1").labels("app=api"), pod("a/db", "10.0.0.2").labels("app=db"),
               pod("a/web", "10.0.0.3").labels("app=web"), pod("b/x", "10.0.1.1").labels("app=x"),
               policy("a/p", "app=api")
                   .ingress(from({pods("app=web")}).tcp(80))
                   .egress(to({pods("app=db")}).tcp(5432))});
  EXPECT_EQ(table(state),
            "FROM           TO             ALLOWED\n"
            "a/web          a/api          80/TCP\n"
            "everyone else  a/api          none\n"
            "a/api          a/db           5432/TCP\n"
            "a/api          everyone else  none\n"
            "Everything else between these 4 is allowed (--all lists it).\n");
}

TEST(MatrixText, NamesFamiliesThatDiffer) {
  const auto state = cluster({pod("a/x", "10.0.0.1 fd00::1"), pod("b/y", "10.0.0.2 fd00::2"),
                              policy("a/p").ingress(from({block("10.0.0.0/8")}))});
  EXPECT_EQ(table(state),
            "FROM  TO   ALLOWED\n"
            "b/y   a/x  IPv4: all; IPv6: none\n"
            "Everything else between these 2 is allowed (--all lists it).\n");
}

TEST(MatrixText, ContestedPodsReachNobody) {
  const auto state =
      cluster({pod("a/x", "10.0.0.1"), pod("a/y", "10.0.0.1"), pod("a/z", "10.0.0.3")});
  EXPECT_EQ(table(state),
            "FROM  TO   ALLOWED\n"
            "a/*   a/*  none\n"
            "Everything else between these 3 is allowed (--all lists it).\n");
}

// 500 pods of 50 workloads in 5 namespaces, each under a denial with some exceptions.
TEST(MatrixText, FitsATerminal) {
  std::vector<Event> events;
  for (int i = 0; i < 500; ++i) {
    const auto space = "team-" + std::to_string(i % 5);
    const auto workload = "service-" + std::to_string(i % 50);
    events.push_back(pod(space + "/" + workload + "-5d4f8-" + std::to_string(10000 + i),
                         "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1))
                         .labels("app=" + workload + ",pod-template-hash=5d4f8"));
  }
  for (int i = 0; i < 5; ++i) {
    const auto space = "team-" + std::to_string(i);
    events.push_back(policy(space + "/deny").ingress());
    auto rule = from({pods("app=service-" + std::to_string(i + 5))});
    for (std::uint16_t port = 8000; port < 8060; port += 2) rule.tcp(port);
    events.push_back(policy(space + "/allow", "app=service-" + std::to_string(i)).ingress(rule));
  }
  const auto text = table(cluster(events));
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_LT(count, 100u) << text;
}

TEST(MatrixText, TooManyPairsAreAnError) {
  ClusterState crowd;
  for (int i = 0; i < 501; ++i) {
    crowd.apply(pod("a/p" + std::to_string(i),
                    "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)));
  }
  EXPECT_EQ(table(crowd),
            "501 pods times 501 are too many for one matrix (250000 pairs at most): narrow it "
            "with -n, -l, --from or --to");
  EXPECT_EQ(table(crowd, {.from = {"a/p7"}}), "Everything asked about is allowed.\n");
}

TEST(MatrixJson, ListsWhatIsAllowedByFamilyAndPort) {
  const auto state = shop();
  const auto matrix = matrix_of(state, {.namespaces = {"shop"}});
  ASSERT_TRUE(matrix);
  const auto document = nlohmann::json::parse(print_json(*matrix, Listing::kRestricted, {"stale"}));
  EXPECT_EQ(document["apiVersion"], "portcullis/v1");
  EXPECT_EQ(document["kind"], "Matrix");
  EXPECT_EQ(document["warnings"], nlohmann::json::array({"stale"}));
  EXPECT_EQ(document["parties"][1],
            nlohmann::json::parse(R"({"name": "shop/web", "namespace": "shop", "pods": ["shop/web"],
                                      "addresses": ["10.0.0.1", "fd00::1"]})"));
  ASSERT_EQ(document["connections"].size(), 2u);
  EXPECT_EQ(document["connections"][0], nlohmann::json::parse(R"({
    "from": "shop/web", "to": "shop/api", "family": "IPv4", "allowed": false, "variesByPod": false,
    "allowedTraffic": {"summary": "8080/TCP", "otherProtocols": false,
                       "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}]}})"));
  EXPECT_EQ(document["leftOut"][0],
            nlohmann::json::parse(R"({"pod": "shop/host", "reason": "HostNetwork"})"));
  const auto all = nlohmann::json::parse(print_json(*matrix, Listing::kAll));
  EXPECT_EQ(all["connections"].size(), 8u);
  EXPECT_EQ(all["connections"][0]["allowed"], true);
}

}  // namespace
}  // namespace portcullis::test
