// The documentation's cluster commands, against a real API server, as written. It has no
// controllers and no kubelets: make cluster-e2e runs the commands that need those.
#include <csignal>
#include <filesystem>

#include "tests/docs/commands.h"
#include "tests/docs/sandbox.h"
#include "tests/e2e/kube_fixture.h"

namespace portcullis::test {
namespace {

constexpr const char* kOverlay = "manifests/overlays/prometheus-operator";

class KubeCommands : public KubeApiServer {
 protected:
  void SetUp() override {
    KubeApiServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto kubectl = std::filesystem::path(find_kube_assets()->kubectl);
    sandbox_.emplace(*network_, PORTCULLIS_BINARY, kubectl.parent_path().string());
    if (!sandbox_->is_ready()) GTEST_SKIP() << sandbox_->log();
    admin_ = server_->kubeconfig_by_certificate("admin", {"system:masters"});
    apply("tests/e2e/kinds_of_operators.yaml");
    const auto known =
        server_->kubectl({"wait", "--for=condition=established", "--timeout=30s", "crd", "--all"});
    ASSERT_EQ(known.code, 0) << known.err;
  }

  Finished run(const std::string& command) const {
    return sandbox_->run(command, {"KUBECONFIG=" + admin_});
  }

  // The kustomize of Debian's kubectl does not support directories among resources.
  bool can_be_run(const std::string& command) const {
    return command.find(kOverlay) == command.npos ||
           run(std::string("kubectl kustomize ") + kOverlay).code == 0;
  }

  std::optional<Sandbox> sandbox_;
  std::string admin_;
};

TEST_F(KubeCommands, DoWhatTheySay) {
  for (const auto& command : documented_commands(Place::kApiServer)) {
    if (!can_be_run(command.text)) continue;
    const auto end = run(command.text);
    EXPECT_EQ(end.code, find_known_command(command.text)->code)
        << command.where << ": " << command.text << "\n"
        << end.out << end.err;
  }
  const auto image =
      run("kubectl --namespace portcullis get daemonset portcullis "
          "-o jsonpath='{.spec.template.spec.containers[0].image}'");
  EXPECT_EQ(image.out, "registry.example.com/portcullis:0.1.0") << image.err;
}

TEST_F(KubeCommands, InstallUpgradeAndRemoveTheChart) {
  if (run("helm version").code != 0) GTEST_SKIP() << "there is no helm in KUBEBUILDER_ASSETS";
  const auto commands = documented_commands(Place::kHelm);
  ASSERT_FALSE(commands.empty());
  const std::string daemonset = "kubectl --namespace portcullis get daemonset portcullis";
  for (const auto& command : commands) {
    const auto end = run(command.text);
    EXPECT_EQ(end.code, 0) << command.where << ": " << command.text << end.out << end.err;
    if (command.text.starts_with("helm install")) {
      const auto image =
          run(daemonset + " -o jsonpath='{.spec.template.spec.containers[0].image}'");
      EXPECT_EQ(image.out, "registry.example.com/portcullis:0.1.0") << image.err;
      // The namespace is labelled, so nothing has to be said about it.
      EXPECT_EQ(end.out.find("kubectl label namespace"), end.out.npos) << end.out;
    }
  }
  EXPECT_NE(run(daemonset).code, 0);
  EXPECT_EQ(run("kubectl get flowschema portcullis-lists").code, 1);
}

TEST_F(KubeCommands, RunADaemon) {
  apply("manifests/base/namespace.yaml");
  apply("manifests/base/rbac.yaml");
  const auto kubeconfig = server_->kubeconfig_of("portcullis", "portcullis");
  ASSERT_TRUE(kubeconfig) << kubeconfig.error().message;
  ASSERT_EQ(run("cp " + *kubeconfig + " /etc/kubernetes/portcullis.conf").code, 0);
  const auto daemons = documented_commands(Place::kApiDaemon);
  ASSERT_FALSE(daemons.empty());
  for (const auto& command : daemons) {
    auto daemon = sandbox_->start(command.text);
    EXPECT_TRUE(sandbox_->daemon_becomes_ready()) << command.text << ": " << daemon.err();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0) << daemon.err();
  }
}

}  // namespace
}  // namespace portcullis::test
