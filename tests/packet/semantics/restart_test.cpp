// SEMANTICS, line 26: restarts and crashes of the real daemon.
#include <csignal>
#include <optional>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/manifest/writer.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/agreement.h"
#include "tests/support/rig/barrage.h"
#include "tests/support/rig/probe_table.h"

namespace portcullis::test::restart_test {
namespace {

constexpr std::uint16_t kOpen = 1000;    // every policy allows it
constexpr std::uint16_t kClosed = 2000;  // none does
constexpr int kCrashes = 8;

// All nodes of these pods are node-1.
class Restart : public PacketTest {
 protected:
  void write_policy(const std::string& text) {
    write_file(manifests_.path() / "policy.yaml", text);
  }

  void start_daemon() {
    write_file(manifests_.path() / "cluster.yaml", to_manifests(objects()));
    daemon_.reset();
    daemon_.emplace(ChildSetup{
        {PORTCULLIS_BINARY, "run", "--manifests", manifests_.path().string(), "--node-name",
         "node-1", "--socket", socket_, "--listen", "off", "--snapshot", "off"},
        {},
        &playground().endpoint("node-1").netns,
        {}});
  }

  // The daemon has read the directory, and the kernel holds it.
  bool enforces(const std::string& policy_name) {
    return wait_until([&] {
      return ask({"dump", "--desired"}).out.find(policy_name) != std::string::npos &&
             ask({"diff"}).code == 0;
    });
  }

  // With the daemon, each probe of the table.
  void expect_explained(const std::string& table) {
    const auto probes = parse_probes(table);
    ASSERT_TRUE(probes) << probes.error().message;
    for (const auto& probe : *probes) {
      const auto from = playground().endpoint(probe.from).address(probe.family);
      const ServiceAddress to{playground().endpoint(probe.to).address(probe.family),
                              probe.traffic.port};
      const auto answer =
          ask({"explain", "--from", to_string(from), "--to", destination_text(to, probe.traffic)});
      EXPECT_EQ(answer.code, probe.expected == Outcome::kAllowed ? 0 : 1)
          << to_string(probe) << "\n"
          << answer.out << answer.err;
    }
  }

  Finished ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PORTCULLIS_BINARY);
    arguments.insert(arguments.end(), {"--socket", socket_});
    return run_to_end({arguments, {}, nullptr, {}});
  }

  TemporaryDirectory manifests_;
  TemporaryDirectory runtime_;
  std::string socket_ = runtime_ / "portcullis.sock";
  std::optional<ChildProcess> daemon_;
};

INSTANTIATE_TEST_SUITE_P(Variants, Restart,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

constexpr const char* kOpenPorts = "{port: 80}, {port: 1000, protocol: UDP}";
const std::string kByLabel = web_allows("by-label", kClientByLabel, kOpenPorts);
const std::string kByBlock = web_allows("by-block", kClientByBlock, kOpenPorts);

TEST_P(Restart, Line26_TheRulesStayWhileTheDaemonIsAway) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  const auto expected = R"(
  default/client -> default/web  80/TCP: allowed
  default/client -> default/web  81/TCP ICMP: denied
)";
  for (const int signal : {SIGKILL, SIGTERM}) {
    write_policy(kByLabel);
    start_daemon();
    ASSERT_TRUE(enforces("by-label")) << daemon_->err();
    expect_explained(expected);
    EXPECT_TRUE(traffic_is(expected));
    daemon_->signal(signal);
    daemon_->wait();
    EXPECT_TRUE(traffic_is(expected));
  }
}

TEST_P(Restart, Line26_NothingIsFlushedOnTheWayBack) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  write_policy(kByLabel);
  start_daemon();
  ASSERT_TRUE(enforces("by-label")) << daemon_->err();
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    Barrage barrage(playground().endpoint("default/client"), playground().endpoint("default/web"),
                    family, {.open = kOpen, .closed = kClosed});
    for (int crash = 0; crash < kCrashes; ++crash) {
      const bool by_label = crash % 2 != 0;
      daemon_->signal(SIGKILL);
      daemon_->wait();
      write_policy(by_label ? kByLabel : kByBlock);
      start_daemon();
      ASSERT_TRUE(enforces(by_label ? "by-label" : "by-block")) << daemon_->err();
    }
    const auto outcome = barrage.stop();
    EXPECT_GT(outcome.sent.open, 0U);
    EXPECT_GT(outcome.sent.closed, 0U);
    EXPECT_EQ(outcome.lost, 0U) << "of " << outcome.sent.open;
    EXPECT_EQ(outcome.leaked, 0U) << "of " << outcome.sent.closed;
  }
}

}  // namespace
}  // namespace portcullis::test::restart_test
