#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/node.h"
#include "tests/support/rig/command.h"

// The daemon closes a local address that no pod explains while an interface has it.
namespace portcullis::test {
namespace {

constexpr const char* kAddress = "10.0.0.1";
// So that the ruleset does not depend on interfaces.
const std::vector<std::string> kBelieving = {"--anti-spoofing", "off"};

class DaemonQuarantine : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    auto pod = NetworkNamespace::create();
    ASSERT_TRUE(pod) << pod.error().message;
    pod_.emplace(std::move(*pod));
    plug();
    write("web.yaml", pod_manifest("web", kAddress));
    write("client.yaml", pod_manifest("client", "10.0.0.2"));
    start_and_wait_until_ready(kBelieving);
  }

  void plug() {
    const auto done =
        run_ip(*network_,
               {"link add veth1 type veth peer name eth0 netns " + pod_->path(),
                "link set veth1 up", "route add " + std::string(kAddress) + " dev veth1"})
            .and_then([&] {
              return run_ip(*pod_, {"link set eth0 up",
                                    "address add " + std::string(kAddress) + "/32 dev eth0"});
            });
    ASSERT_TRUE(done) << done.error().message;
  }

  void unplug() {
    const auto done = run_ip(*network_, {"link del veth1"});
    ASSERT_TRUE(done) << done.error().message;
  }

  // The reason that explain gives for traffic to the address, or its text if the traffic is
  // allowed.
  std::string explained() {
    return ask_daemon({"explain", "--from", "default/client", "--to", kAddress}).out;
  }

  bool is_quarantined() {
    return contains(explained(), "address is quarantined") &&
           contains(get("/metrics").body, "portcullis_quarantined_addresses 1");
  }

  bool becomes_quarantined() {
    return wait_until([&] { return is_quarantined(); }) && !kernel_is_compiled();
  }

  bool kernel_is_compiled() { return dumped() == compiled(); }

  std::optional<NetworkNamespace> pod_;
};

TEST_F(DaemonQuarantine, BeginsWithAForcedDeletionAndEndsWithTheInterface) {
  remove("web.yaml");
  ASSERT_TRUE(becomes_quarantined()) << daemon_->err();
  EXPECT_TRUE(contains(explained(),
                       "it was the address of default/web whose object is gone, and an interface "
                       "of this node still has it"))
      << explained();
  EXPECT_TRUE(wait_until([&] {
    return contains(daemon_->err(), "address 10.0.0.1 is quarantined: it was the address of");
  })) << daemon_->err();
  unplug();
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(wait_until([&] {  // they may be a second old
    return contains(get("/metrics").body, "portcullis_quarantined_addresses 0");
  }));
  EXPECT_TRUE(contains(daemon_->err(), "address 10.0.0.1 is no longer quarantined"));
}

TEST_F(DaemonQuarantine, EndsWithTheNextPodOfThisNode) {
  remove("web.yaml");
  ASSERT_TRUE(becomes_quarantined()) << daemon_->err();
  write("next.yaml", pod_manifest("next", kAddress));
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(wait_until([&] {  // they may be a second old
    return contains(get("/metrics").body, "portcullis_quarantined_addresses 0");
  }));
}

TEST_F(DaemonQuarantine, IsNotToldOfWherePodsGoInGoodOrder) {
  unplug();
  remove("web.yaml");
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_FALSE(contains(daemon_->err(), "quarantined")) << daemon_->err();
}

// The kernel's table still knows what was deleted while no daemon ran.
TEST_F(DaemonQuarantine, OutlivesTheDaemon) {
  remove("web.yaml");
  ASSERT_TRUE(becomes_quarantined()) << daemon_->err();
  for (const int signal : {SIGTERM, SIGKILL}) {
    stop_daemon(signal);
    start_and_wait_until_ready(kBelieving);
    EXPECT_TRUE(is_quarantined()) << explained();
    EXPECT_TRUE(contains(explained(), "was enforced before the daemon started")) << explained();
  }
  unplug();
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
}

TEST_F(DaemonQuarantine, BeginsForWhatWasDeletedWhileNoDaemonRan) {
  stop_daemon(SIGTERM);
  remove("web.yaml");
  start_and_wait_until_ready(kBelieving);
  ASSERT_TRUE(becomes_quarantined()) << daemon_->err();
  stop_daemon(SIGTERM);
  unplug();
  start_and_wait_until_ready(kBelieving);
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
}

}  // namespace
}  // namespace portcullis::test
