#include <csignal>
#include <ostream>

#include "tests/e2e/node.h"

// Manual changes of our table by others: rejected if it is owned, repaired if it is shared, found
// at the next start if no daemon was running; and reported.
namespace portcullis::test {
namespace {

struct ForeignChange {
  const char* name;
  const char* script;      // of nft; $dispatch, $profile, $peers: what ours are named
  bool is_refused = true;  // of an owned table; else passed over
};

void PrintTo(const ForeignChange& change, std::ostream* out) { *out << change.script; }

constexpr ForeignChange kChanges[] = {
    {"FlushRuleset", "flush ruleset", false},
    {"DeleteTable", "delete table inet portcullis"},
    {"FlushTable", "flush table inet portcullis"},
    {"MakeTableDormant", "add table inet portcullis { flags dormant; }"},
    {"FlushForward", "flush chain inet portcullis forward"},
    {"DeleteForward", "flush chain inet portcullis forward; delete chain inet portcullis forward"},
    {"ForwardAcceptsAll", "insert rule inet portcullis forward accept"},
    {"ForwardDropsAll", "add rule inet portcullis forward drop"},
    {"FlushProfile", "flush chain inet portcullis $profile"},
    {"DeleteProfile", "flush map inet portcullis $dispatch; delete chain inet portcullis $profile"},
    {"ProfileAcceptsAll", "insert rule inet portcullis $profile accept"},
    {"FlushDispatch", "flush map inet portcullis $dispatch"},
    {"DeleteFromDispatch", "delete element inet portcullis $dispatch { 10.0.0.1 }"},
    {"Redirect",
     "delete element inet portcullis $dispatch { 10.0.0.1 };"
     "add element inet portcullis $dispatch { 10.0.0.1 : accept }"},
    {"FlushPeers", "flush set inet portcullis $peers"},
    {"AddPeer", "add element inet portcullis $peers { 10.66.0.1 }"},
    {"AddChain", "add chain inet portcullis intruder"},
    {"AddBaseChain",
     "add chain inet portcullis intruder { type filter hook forward priority -10; policy drop; }"},
    {"AddSet", "add set inet portcullis intruder { type ipv4_addr; }"},
};

constexpr const char* kPolicy =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    "metadata: {name: web, namespace: default}\n"
    "spec:\n  podSelector: {matchLabels: {app: web}}\n"
    "  ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]\n";

class Foreign : public Node, public testing::WithParamInterface<ForeignChange> {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("pods.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("db", "10.0.0.2"));
    write("web.yaml", kPolicy);
  }

  // The first of our objects whose name has this prefix.
  std::string named(const std::string& kind, const std::string& prefix) const {
    const std::string text = dumped();
    const auto at = text.find(kind + " " + prefix);
    EXPECT_NE(at, text.npos) << prefix << " in\n" << text;
    const auto name = at + kind.size() + 1;
    return text.substr(name, text.find(' ', name) - name);
  }

  Finished change() const {
    std::string script = GetParam().script;
    const std::pair<const char*, std::string> names[] = {{"$dispatch", named("map", "ingress-v4")},
                                                         {"$profile", named("chain", "in-")},
                                                         {"$peers", named("set", "peer-v4")}};
    for (const auto& [variable, name] : names) {
      for (auto at = script.find(variable); at != script.npos; at = script.find(variable)) {
        script.replace(at, std::string(variable).size(), name);
      }
    }
    return nft({script});
  }

  bool log_says(const std::string& text) const {
    return wait_until([&] { return contains(daemon_->err(), text); });
  }
};

INSTANTIATE_TEST_SUITE_P(Changes, Foreign, testing::ValuesIn(kChanges),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(Foreign, IsRefusedWhereTheTableIsOwned) {
  start_and_wait_until_ready();
  const std::string before = dumped();
  const auto generation_before = generation();
  const Finished changed = change();
  EXPECT_EQ(changed.code != 0, GetParam().is_refused);
  if (GetParam().is_refused) {
    EXPECT_TRUE(contains(changed.err, "Operation not permitted")) << changed.err;
    EXPECT_EQ(generation(), generation_before);
  }
  EXPECT_EQ(dumped(), before);
}

TEST_P(Foreign, IsMendedWhereTheTableIsShared) {
  start_and_wait_until_ready({"--table", "shared"});
  const Finished changed = change();
  ASSERT_EQ(changed.code, 0) << changed.err;
  EXPECT_TRUE(log_says("was not as we left it: nft (process ")) << daemon_->err();
  EXPECT_TRUE(kernel_becomes_compiled()) << dumped() << daemon_->err();
}

TEST_P(Foreign, IsFoundByTheNextOwner) {
  start_and_wait_until_ready();
  stop_daemon(SIGKILL);
  const Finished changed = change();
  if (contains(changed.err, "Operation not supported")) GTEST_SKIP() << "not even of an orphan";
  ASSERT_EQ(changed.code, 0) << changed.err;
  ASSERT_NE(dumped(), compiled());
  start_and_wait_until_ready();
  EXPECT_TRUE(kernel_becomes_compiled()) << dumped() << daemon_->err();
  EXPECT_FALSE(nft({"add", "chain", "inet", "portcullis", "intruder"}).code == 0);
}

}  // namespace
}  // namespace portcullis::test
