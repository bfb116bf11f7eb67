#include "compiler/explain/matrix.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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

Result<Matrix> matrix_of(const ClusterState& state, const std::vector<std::string>& namespaces,
                         const std::vector<std::string>& addresses) {
  return parse_matrix_query(namespaces, addresses).and_then([&](const MatrixQuery& query) {
    return make_matrix(state, query);
  });
}

std::string table(const std::vector<std::string>& namespaces,
                  const std::vector<std::string>& addresses) {
  const auto state = shop();
  const auto matrix = matrix_of(state, namespaces, addresses);
  return matrix ? print_text(*matrix) : matrix.error().message;
}

TEST(MatrixTable, HasARowAndAColumnForEachPodAndAddress) {
  EXPECT_EQ(table({}, {"192.0.2.1"}),
            "FROM \\ TO  bank/db  shop/api  shop/web  192.0.2.1\n"
            "bank/db    all      none      all       all\n"
            "shop/api   all      all       all       all\n"
            "shop/web   all      8080/TCP  all       all\n"
            "192.0.2.1  all      all       all       .\n");
}

TEST(MatrixTable, ShowsTheNamespacesThatAreAskedFor) {
  EXPECT_EQ(table({"bank"}, {}),
            "FROM \\ TO  bank/db\n"
            "bank/db    all\n");
  EXPECT_EQ(table({"bank", "nowhere"}, {}), "there is no pod in namespace nowhere");
}

TEST(MatrixTable, NamesFamiliesThatDiffer) {
  const auto state = cluster({pod("a/x", "10.0.0.1 fd00::1"), pod("b/y", "10.0.0.2 fd00::2"),
                              policy("a/p").ingress(from({block("10.0.0.0/8")}))});
  const auto matrix = matrix_of(state, {}, {});
  ASSERT_TRUE(matrix);
  EXPECT_EQ(print_text(*matrix),
            "FROM \\ TO  a/x                    b/y\n"
            "a/x        all                    all\n"
            "b/y        IPv4: all; IPv6: none  all\n");
}

TEST(MatrixTable, ContestedPodsReachNobody) {
  const auto state =
      cluster({pod("a/x", "10.0.0.1"), pod("a/y", "10.0.0.1"), pod("a/z", "10.0.0.3")});
  const auto matrix = matrix_of(state, {}, {});
  ASSERT_TRUE(matrix);
  EXPECT_EQ(print_text(*matrix),
            "FROM \\ TO  a/x   a/y   a/z\n"
            "a/x        all   none  none\n"
            "a/y        none  all   none\n"
            "a/z        none  none  all\n");
}

TEST(MatrixTable, WrongAddressesAndTooManyPodsAreErrors) {
  EXPECT_NE(table({}, {"web"}).find("web"), std::string::npos);
  ClusterState crowd;
  for (int i = 0; i <= static_cast<int>(kMostParties); ++i) {
    crowd.apply(pod("a/p" + std::to_string(i),
                    "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)));
  }
  const auto matrix = matrix_of(crowd, {}, {});
  ASSERT_FALSE(matrix);
  EXPECT_EQ(matrix.error().message,
            "501 pods are too many for one table (500 at the most): name namespaces");
}

TEST(MatrixJson, ListsWhatIsAllowedByFamilyAndPort) {
  const auto state = shop();
  const auto matrix = matrix_of(state, {"shop"}, {});
  ASSERT_TRUE(matrix);
  const auto document = nlohmann::json::parse(print_json(*matrix));
  EXPECT_EQ(document["parties"][1],
            nlohmann::json::parse(R"({"name": "shop/web", "addresses": ["10.0.0.1", "fd00::1"]})"));
  EXPECT_EQ(document["connections"].size(), 8u);
  EXPECT_EQ(document["connections"][4], nlohmann::json::parse(R"({
    "from": "shop/web", "to": "shop/api", "family": "IPv4", "allowed": "8080/TCP",
    "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}], "otherProtocols": false})"));
}

}  // namespace
}  // namespace portcullis::test
