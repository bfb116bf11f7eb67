#include <csignal>
#include <optional>
#include <string>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/e2e/node.h"
#include "tests/support/model/deltas.h"
#include "tests/support/nri/fake_runtime.h"
#include "tests/support/rig/command.h"

// The container runtime tells of pods before their first container starts.
namespace portcullis::test {
namespace {

constexpr const char* kIsolated = "10.0.0.1 : jump in-";

RuntimeSandbox web_sandbox() {
  return {.name = "web", .ns = "default", .labels = {{"app", "web"}}, .addresses = {"10.0.0.1"}};
}

class DaemonRuntime : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    runtime_.emplace(io_, path_);
    write("deny.yaml", deny_manifest("deny", "web"));
  }

  void start_with_runtime(const std::vector<RuntimeSandbox>& sandboxes = {},
                          const std::string& timeout = "20000") {
    start_and_wait_until_ready({"--nri", path_, "--nri-timeout", timeout});
    ASSERT_TRUE(runtime_->accepts()) << daemon_->err();
    ASSERT_TRUE(runtime_->welcomes(sandboxes)) << daemon_->err();
  }

  std::uint32_t start_sandbox() {
    return runtime_->calls({"RunPodSandbox", event_message(web_sandbox())});
  }

  void tell(const std::string& method) {
    const auto call = runtime_->calls({method, event_message(web_sandbox())});
    const auto answer = runtime_->hears();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->stream, call);
  }

  boost::asio::io_context io_;
  const std::string path_ = directory_ / "nri.sock";
  std::optional<FakeRuntime> runtime_;
};

TEST_F(DaemonRuntime, LetsAPodStartOnceItIsIsolated) {
  start_with_runtime();
  EXPECT_FALSE(contains(dumped(), kIsolated));
  const auto call = start_sandbox();
  const auto answer = runtime_->hears();
  ASSERT_TRUE(answer) << daemon_->err();
  EXPECT_EQ(answer->stream, call);
  EXPECT_TRUE(contains(dumped(), kIsolated)) << dumped();
  EXPECT_TRUE(contains(get("/metrics").body, "portcullis_runtime_connected 1"));
}

// As with containerd before 2.1.
TEST_F(DaemonRuntime, ReadsTheAddressesInThePodsNamespace) {
  auto pod = NetworkNamespace::create();
  ASSERT_TRUE(pod) << pod.error().message;
  start_with_runtime();
  ASSERT_TRUE(run_ip(*network_, {"link add veth1 type veth peer name eth0 netns " + pod->path(),
                                 "link set veth1 up"}));
  ASSERT_TRUE(run_ip(*pod, {"link set eth0 up", "address add 10.0.0.1/32 dev eth0"}));
  auto sandbox = web_sandbox();
  sandbox.addresses.clear();
  sandbox.network_namespace = pod->path();
  runtime_->calls({"RunPodSandbox", event_message(sandbox)});
  ASSERT_TRUE(runtime_->hears()) << daemon_->err();
  EXPECT_TRUE(contains(dumped(), kIsolated)) << dumped();
  sandbox.network_namespace = "/run/netns/none";
  runtime_->calls({"RunPodSandbox", event_message(sandbox)});
  ASSERT_TRUE(runtime_->hears()) << daemon_->err();
  EXPECT_TRUE(contains(daemon_->err(),
                       "pod default/web starts before it is isolated: the container runtime does "
                       "not tell its addresses (containerd does from 2.1 on), and cannot open "
                       "/run/netns/none: No such file or directory"))
      << daemon_->err();
}

TEST_F(DaemonRuntime, TellsOfPodsThatAreThere) {
  start_with_runtime({web_sandbox()});
  EXPECT_TRUE(wait_until([&] { return contains(dumped(), kIsolated); })) << dumped();
}

TEST_F(DaemonRuntime, TellsWhenAPodEnds) {
  start_with_runtime();
  start_sandbox();
  ASSERT_TRUE(runtime_->hears());
  tell("StopPodSandbox");
  tell("RemovePodSandbox");
  EXPECT_TRUE(wait_until([&] { return !contains(dumped(), "10.0.0.1"); })) << dumped();
}

TEST_F(DaemonRuntime, RefusesAPodThatIsNotIsolatedInTime) {
  start_with_runtime({}, "300");
  network_->run([&] {
    auto thief = nl::Kernel::open(nl::Ownership::kOwned);
    ASSERT_TRUE(thief);
    stop_daemon(SIGKILL);
    ASSERT_TRUE(thief->commit(replacement({}, {TableFamily::kInet})));
    ASSERT_TRUE(thief->commit(to_table(TableChange::kAdd)));
    start_daemon({"--nri", path_, "--nri-timeout", "300"});
    ASSERT_TRUE(runtime_->accepts());
    ASSERT_TRUE(runtime_->welcomes());
    const auto call = start_sandbox();
    const auto answer = runtime_->hears();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->stream, call);
    EXPECT_TRUE(contains(answer->message,
                         "portcullis: the policies of pod default/web are not in force yet: not "
                         "ready: "))
        << answer->message;
    EXPECT_TRUE(wait_until([&] {
      return contains(get("/metrics").body, "\nportcullis_pods_refused_total 1\n");
    })) << get("/metrics").body;
  });
  EXPECT_TRUE(wait_until([&] {
    return contains(daemon_->err(), "refused a pod's start: the policies of pod default/web");
  })) << daemon_->err();
}

// It is not isolated, whatever is in force.
TEST_F(DaemonRuntime, LetsAPodOnTheNodesNetworkStartAtOnce) {
  write("deny.yaml", "not: a policy: at all");  // never read, so that the daemon is not ready
  start_daemon({"--nri", path_, "--nri-timeout", "60000"});
  ASSERT_TRUE(runtime_->accepts()) << daemon_->err();
  ASSERT_TRUE(runtime_->welcomes()) << daemon_->err();
  auto sandbox = web_sandbox();
  sandbox.network_namespace.clear();
  const auto call = runtime_->calls({"RunPodSandbox", event_message(sandbox)});
  const auto answer = runtime_->hears();
  ASSERT_TRUE(answer) << daemon_->err();
  EXPECT_EQ(answer->stream, call);
  EXPECT_EQ(answer->message, "");
}

TEST_F(DaemonRuntime, IsMissedWhereItIsNotThere) {
  start_and_wait_until_ready({"--nri", directory_ / "none.sock"});
  EXPECT_TRUE(contains(get("/readyz").body, "pods are not isolated before they start"))
      << get("/readyz").body;
  start_and_wait_until_ready({"--nri", "off"});
  EXPECT_FALSE(contains(get("/readyz").body, "runtime")) << get("/readyz").body;
}

}  // namespace
}  // namespace portcullis::test
