#include "daemon/run/policy_news.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis {
namespace {

using test::pod;
using test::policy;

constexpr const char* kSource = "the API server";

class News : public testing::Test {
 protected:
  News() {
    apply({pod("shop/web-1", "10.0.0.1").labels("app=web").on("n1"),
           pod("shop/web-2", "10.0.0.2").labels("app=web").on("n1"),
           pod("shop/web-3", "10.0.0.3").labels("app=web").on("n2"),
           pod("shop/host", "10.9.0.1").labels("app=web").on("n1").host_network(),
           pod("bank/web", "10.0.1.1").labels("app=web").on("n1")});
  }

  void apply(const std::vector<Event>& events) {
    cluster_.apply({.events = events}, [this](const Change& change) { news_.note(change); });
  }

  std::vector<std::string> take() { return news_.take(cluster_, "n1", kSource); }

  ClusterState cluster_;
  PolicyNews news_;
};

using Lines = std::vector<std::string>;

TEST_F(News, TellsWhatCameChangedAndWent) {
  auto web = policy("shop/p", "app=web").ingress();
  web.value().origin = "web.yaml, document 1";
  apply({web});
  EXPECT_EQ(take(), Lines{"policy shop/p is new (web.yaml, document 1): isolates 2 pods on this "
                          "node for ingress"});
  apply({policy("shop/p").ingress().egress()});
  EXPECT_EQ(take(),
            Lines{"policy shop/p changed (the API server): isolates 2 pods on this node for "
                  "ingress and egress"});
  apply({PolicyEvent{{"shop", "p"}, nullptr}});
  EXPECT_EQ(take(), Lines{"policy shop/p is gone (the API server)"});
  EXPECT_EQ(take(), Lines{});
}

TEST_F(News, PodsAreNoNews) {
  apply({pod("shop/web-4", "10.0.0.4").labels("app=web").on("n1")});
  EXPECT_EQ(take(), Lines{});
}

TEST_F(News, WhatIsAsItWasIsNoNews) {
  apply({policy("shop/p").ingress()});
  take();
  apply({policy("shop/p").ingress()});
  EXPECT_EQ(take(), Lines{});
  apply({policy("shop/q").ingress()});
  apply({PolicyEvent{{"shop", "q"}, nullptr}});
  EXPECT_EQ(take(), Lines{});
}

TEST_F(News, SaysThatAMalformedPolicyAllowsNothing) {
  apply({policy("bank/p").egress().malformed()});
  EXPECT_EQ(take(), Lines{"policy bank/p is new (the API server): isolates 1 pod on this node for "
                          "egress and allows nothing: it is invalid"});
}

TEST_F(News, OfManyTheFirstAreNamed) {
  std::vector<Event> events;
  for (int i = 100; i < 150; ++i) events.push_back(policy("shop/p" + std::to_string(i)).ingress());
  apply(events);
  const auto lines = take();
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_EQ(lines.back(), "and 30 more policies");
}

}  // namespace
}  // namespace portcullis
