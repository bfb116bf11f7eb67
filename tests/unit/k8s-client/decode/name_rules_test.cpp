#include "k8s-client/decode/name_rules.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

std::string x(std::size_t count) { return std::string(count, 'x'); }

TEST(NameRules, DnsLabel) {
  for (const auto& good : {std::string("a"), std::string("web-1"), std::string("0"), x(63)}) {
    EXPECT_TRUE(is_dns_label(good)) << good;
  }
  for (const auto& bad : {std::string(), std::string("Web"), std::string("-a"), std::string("a-"),
                          std::string("a.b"), std::string("a_b"), std::string("\u00e9"), x(64)}) {
    EXPECT_FALSE(is_dns_label(bad)) << bad;
  }
}

TEST(NameRules, DnsSubdomain) {
  for (const auto& good : {std::string("a"), std::string("a.b-c.d"), x(253)}) {
    EXPECT_TRUE(is_dns_subdomain(good)) << good;
  }
  for (const auto& bad : {std::string(), std::string("."), std::string("a."), std::string(".a"),
                          std::string("a..b"), std::string("a.-b"), std::string("a#2"), x(254)}) {
    EXPECT_FALSE(is_dns_subdomain(bad)) << bad;
  }
}

TEST(NameRules, LabelKey) {
  for (const auto& good : {std::string("app"), std::string("App_1.x-Y"), std::string("a.b/c"),
                           "example.com/" + x(63), x(253) + "/a"}) {
    EXPECT_TRUE(is_label_key(good)) << good;
  }
  for (const auto& bad : {std::string(), std::string("/a"), std::string("a/"), std::string("a/b/c"),
                          std::string("A.b/c"), std::string("_a"), std::string("a b"), x(64)}) {
    EXPECT_FALSE(is_label_key(bad)) << bad;
  }
}

TEST(NameRules, LabelValue) {
  for (const auto& good : {std::string(), std::string("v1.2_x-Y"), x(63)}) {
    EXPECT_TRUE(is_label_value(good)) << good;
  }
  for (const auto& bad : {std::string("-"), std::string("a/b"), std::string("a "), x(64)}) {
    EXPECT_FALSE(is_label_value(bad)) << bad;
  }
}

TEST(NameRules, PortName) {
  for (const auto* good : {"http", "h", "8080-tcp", "a-b-c", "fifteen-letters"}) {
    EXPECT_TRUE(is_port_name(good)) << good;
  }
  for (const auto* bad : {"", "80", "1-2", "HTTP", "a--b", "-a", "a-", "a_b", "sixteen--letters",
                          "sixteenxxletters"}) {
    EXPECT_FALSE(is_port_name(bad)) << bad;
  }
}

TEST(NameRules, OneTypoIsOneLetter) {
  for (const auto* typo : {"policy", "polcy", "poliicy", "pollcy", "oplicy", "policyy", "olicy"}) {
    EXPECT_TRUE(is_at_most_one_typo_apart(typo, "policy")) << typo;
  }
  for (const auto* other : {"", "pol", "plocyi", "xx", "policies", "pplicyy"}) {
    EXPECT_FALSE(is_at_most_one_typo_apart(other, "policy")) << other;
  }
}

}  // namespace
}  // namespace portcullis::k8s
