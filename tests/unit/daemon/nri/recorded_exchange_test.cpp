#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/process/temporary_directory.h"
#include "tests/support/sanitized.h"
#include "tests/unit/daemon/nri/conversation_text.h"

// What containerd 2.4.2 has said to this plugin on a node with Kubernetes 1.36: two pods exist, the
// one with a network of its own starts again, stops and is removed.
namespace portcullis::nri {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kStep = test::kSanitized ? 7 : 1;

const std::string& recording() {
  static const std::string kBytes = test::read_file("tests/fuzz/seeds/nri/containerd-2.4.2");
  return kBytes;
}

// The sandboxes of the whole recording.
std::vector<Sandbox> sandboxes() {
  std::vector<Sandbox> all;
  Conversation conversation;
  for (const auto& event : conversation.receive(recording()).events) {
    std::visit(Overloaded{[](const auto&) {},
                          [&](const Synchronized& each) {
                            all.insert(all.end(), each.sandboxes.begin(), each.sandboxes.end());
                          },
                          [&](const Started& each) { all.push_back(each.sandbox); },
                          [&](const Stopped& each) { all.push_back(each.sandbox); },
                          [&](const Removed& each) { all.push_back(each.sandbox); }},
               event);
  }
  return all;
}

Texts texts_of(const std::vector<Address>& addresses) {
  Texts texts;
  for (const auto& each : addresses) texts.push_back(to_string(each));
  return texts;
}

TEST(RecordedExchange, TellsWhatHappened) {
  Conversation conversation;
  EXPECT_EQ(
      hear(conversation, recording()),
      (Texts{"configured by containerd 2.4.2+unknown", "synchronized web-lab-node onhost-lab-node",
             "started web-lab-node, call 5", "stopped web-lab-node", "removed web-lab-node"}));
}

TEST(RecordedExchange, DescribesThePods) {
  const auto all = sandboxes();
  ASSERT_EQ(all.size(), 5U);
  const auto& started = all[2];
  EXPECT_EQ(started.ns, "shop");
  EXPECT_EQ(started.uid, "dc6c12fded2034c1b7925fcd9a968dd3");
  EXPECT_EQ(started.id, "4d471faa3951bfdc4b05fedde60e2e82396207d1e75a6a25d741d034e9eec092");
  EXPECT_EQ(started.network_namespace, "/var/run/netns/cni-d251eac8-8eb2-37fe-769d-9cd1a2a88895");
  EXPECT_EQ(texts_of(started.addresses), (Texts{"10.244.1.4", "fd00:10:244:1::4"}));
  // io.buildah.version is a label of the pause image.
  EXPECT_EQ(started.labels, (Labels{{"app", "web"},
                                    {"io.buildah.version", "1.28.2"},
                                    {"io.kubernetes.foo", "kept"},
                                    {"tier", "front"}}));
}

TEST(RecordedExchange, TellsThatANetworkIsTheNodesOrGone) {
  const auto all = sandboxes();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].network_namespace != "", true);
  EXPECT_EQ(all[1].name, "onhost-lab-node");
  EXPECT_EQ(all[1].network_namespace, "");
  EXPECT_EQ(all[3].network_namespace, all[2].network_namespace);
  EXPECT_EQ(all[3].addresses, all[2].addresses);
  EXPECT_EQ(all[4].network_namespace, "");
  EXPECT_EQ(texts_of(all[4].addresses), Texts{});
}

TEST(RecordedExchange, IsTheSameHoweverItArrives) {
  Conversation whole;
  const auto expected = hear(whole, recording());
  for (const std::size_t piece : {1U, 2U, 7U, 18U, 4096U}) {
    Conversation conversation;
    Texts texts;
    for (std::size_t at = 0; at < recording().size(); at += piece) {
      const auto more = hear(conversation, std::string_view(recording()).substr(at, piece));
      texts.insert(texts.end(), more.begin(), more.end());
    }
    EXPECT_EQ(texts, expected) << piece;
  }
}

TEST(RecordedExchange, IsNoErrorWhereverItEnds) {
  Conversation whole;
  const auto expected = hear(whole, recording());
  for (std::size_t size = 0; size < recording().size(); size += kStep) {
    Conversation conversation;
    const auto texts = hear(conversation, std::string_view(recording()).substr(0, size));
    ASSERT_LT(texts.size(), expected.size()) << size;
    ASSERT_TRUE(std::equal(texts.begin(), texts.end(), expected.begin())) << size;
  }
}

// Lengths, types and numbers among them.
TEST(RecordedExchange, SurvivesEveryByteChanged) {
  for (std::size_t at = 0; at < recording().size(); at += kStep) {
    for (const unsigned flip : {0x01U, 0x80U}) {
      auto bytes = recording();
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
      Conversation conversation;
      const auto heard = conversation.receive(bytes);
      ASSERT_TRUE(!heard.error || !heard.error->message.empty());
    }
  }
}

}  // namespace
}  // namespace portcullis::nri
