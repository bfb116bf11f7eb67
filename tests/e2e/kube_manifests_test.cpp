// The shipped cluster manifests, against a real API server: they are accepted as written, the
// daemon's account has exactly the permissions that it needs, and the hardening works.
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/e2e/kube_fixture.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

class ShippedManifests : public KubeApiServer {
 protected:
  // The server drops unknown fields: then the manifest differs from the stored object.
  void expect_taken(const std::string& manifests) {
    const auto applied = server_->kubectl({"apply", "-f", "-"}, manifests);
    EXPECT_EQ(applied.code, 0) << applied.err;
    const auto unchanged = server_->kubectl({"diff", "-f", "-"}, manifests);
    EXPECT_EQ(unchanged.code, 0) << unchanged.out << unchanged.err;
  }

  // For the kubectl in PATH: Debian's kustomize does not support directories among resources.
  static Finished built(const std::string& directory) {
    return run_to_end({{"kubectl", "kustomize", directory}, {}, nullptr, ""});
  }

  // The kinds of Prometheus and External Secrets Operator, as far as we use them.
  void add_kinds_of_operators() {
    apply("tests/e2e/kinds_of_operators.yaml");
    for (const std::string kind :
         {"podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com",
          "externalsecrets.external-secrets.io"}) {
      const auto known =
          server_->kubectl({"wait", "--for=condition=established", "--timeout=30s", "crd/" + kind});
      ASSERT_EQ(known.code, 0) << known.err;
    }
  }
};

TEST_F(ShippedManifests, BaseIsTaken) {
  const auto base = server_->kubectl({"kustomize", "manifests/base"});
  ASSERT_EQ(base.code, 0) << base.err;
  expect_taken(base.out);
}

TEST_F(ShippedManifests, ObjectsOfThePrometheusOperatorAreTaken) {
  add_kinds_of_operators();
  apply("manifests/base/namespace.yaml");
  for (const std::string name : {"podmonitor", "prometheusrule"}) {
    expect_taken(read_file("manifests/overlays/prometheus-operator/" + name + ".yaml"));
  }
}

TEST_F(ShippedManifests, OverlayForThePrometheusOperatorIsTaken) {
  const auto overlay = built("manifests/overlays/prometheus-operator");
  if (overlay.code != 0) GTEST_SKIP() << "kubectl kustomize: " << overlay.err;
  EXPECT_NE(overlay.out.find("listen: 0.0.0.0:9909"), overlay.out.npos);
  EXPECT_EQ(overlay.out.find("listen: 127.0.0.1:9909"), overlay.out.npos);
  add_kinds_of_operators();
  expect_taken(overlay.out);
}

TEST_F(ShippedManifests, ExamplesAreTaken) {
  server_->kubectl({"create", "namespace", "production"});
  apply("manifests/examples");
}

TEST_F(ShippedManifests, HardenedNamespaceAndWhatIsInItAreTaken) {
  add_kinds_of_operators();
  for (const std::string file : {"namespace", "pod", "rbac", "external-secret"}) {
    expect_taken(read_file("manifests/hardening/" + file + ".yaml"));
  }
}

TEST_F(ShippedManifests, OnlyTheNetworkTeamChangesPolicies) {
  apply("manifests/hardening/namespace.yaml");
  apply("manifests/hardening/rbac.yaml");
  const auto may = [&](const std::string& group, const std::string& verb, const std::string& what) {
    const auto asked = server_->kubectl({"auth", "can-i", verb, what, "--namespace=production",
                                         "--as=somebody", "--as-group=" + group});
    return asked.out.starts_with("yes");
  };
  // The server takes a moment to apply a new binding.
  ASSERT_TRUE(wait_until([&] { return may("on-call", "list", "networkpolicies"); }));
  for (const std::string group : {"network-team", "developers", "on-call"}) {
    EXPECT_TRUE(may(group, "get", "networkpolicies")) << group;
    EXPECT_EQ(may(group, "update", "networkpolicies"), group == "network-team") << group;
    EXPECT_FALSE(may(group, "patch", "namespaces")) << group;
    EXPECT_FALSE(may(group, "patch", "pods")) << group;
    EXPECT_FALSE(may(group, "get", "secrets")) << group;
  }
}

class DaemonsRights : public KubeApiServer {
 protected:
  void SetUp() override {
    KubeApiServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    apply("manifests/base/namespace.yaml");
    apply("manifests/base/rbac.yaml");
    const auto kubeconfig = server_->kubeconfig_of("portcullis", "portcullis");
    ASSERT_TRUE(kubeconfig) << kubeconfig.error().message;
    kubeconfig_ = *kubeconfig;
    // The server takes a moment to apply a new binding.
    ASSERT_TRUE(wait_until([&] { return get("/api/v1/pods").code == 0; }));
  }

  // With the token of the daemon's service account.
  Finished get(const std::string& path) const {
    return server_->kubectl_as(kubeconfig_, {"get", "--raw", path});
  }

  Finished post(const std::string& path, const std::string& object) const {
    return server_->kubectl_as(kubeconfig_, {"create", "--raw", path, "-f", "-"}, object);
  }

  // "pods in '': [\"get\"]", according to the server.
  std::set<std::string> rights_of(const std::string& kubeconfig) const {
    const auto asked = server_->kubectl_as(
        kubeconfig,
        {"create", "--raw", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "-f", "-"},
        R"({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": "default"}})");
    EXPECT_EQ(asked.code, 0) << asked.err;
    const auto review = Json::parse(asked.out, nullptr, false);
    std::set<std::string> rights;
    for (const auto& rule : review.at("status").at("resourceRules")) {
      const std::string group = rule.at("apiGroups").at(0);
      const auto names = rule.contains("resourceNames") ? rule.at("resourceNames").dump() : "";
      for (const std::string resource : rule.at("resources")) {
        rights.insert(resource + names + " in '" + group + "': " + rule.at("verbs").dump());
      }
    }
    return rights;
  }

  std::string kubeconfig_;
};

// Besides what every service account may do.
TEST_F(DaemonsRights, AreToReadWhatItEnforcesAndNothingElse) {
  const auto made = server_->kubectl({"create", "serviceaccount", "anyone", "-n", "portcullis"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto anyone = server_->kubeconfig_of("portcullis", "anyone");
  ASSERT_TRUE(anyone) << anyone.error().message;
  auto rights = rights_of(kubeconfig_);
  for (const auto& right : rights_of(*anyone)) EXPECT_EQ(rights.erase(right), 1U) << right;
  const std::string read = R"(["get","list","watch"])";
  EXPECT_EQ(rights, (std::set<std::string>{"pods in '': " + read, "namespaces in '': " + read,
                                           "networkpolicies in 'networking.k8s.io': " + read}));
}

TEST_F(DaemonsRights, HoldInItsRequests) {
  const std::string watch = "?watch=1&timeoutSeconds=1";
  for (const std::string path :
       {"/api/v1/pods", "/api/v1/namespaces", "/apis/networking.k8s.io/v1/networkpolicies"}) {
    EXPECT_EQ(get(path).code, 0) << get(path).err;
    EXPECT_EQ(get(path + watch).code, 0) << get(path + watch).err;
  }
  const auto is_refused = [](const Finished& request) {
    return request.code != 0 && request.err.find("orbidden") != std::string::npos;
  };
  for (const std::string path : {"/api/v1/secrets", "/api/v1/configmaps", "/api/v1/nodes",
                                 "/api/v1/namespaces/default/pods/any/log"}) {
    EXPECT_TRUE(is_refused(get(path))) << path;
  }
  EXPECT_TRUE(is_refused(post("/api/v1/namespaces/default/pods/any/exec?command=id", "{}")));
  EXPECT_TRUE(is_refused(post("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
                              R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                                  "metadata": {"name": "mine"}, "spec": {"podSelector": {}}})")));
  EXPECT_TRUE(is_refused(server_->kubectl_as(
      kubeconfig_, {"label", "namespace", "default", "mine=yes", "--overwrite"})));
  EXPECT_TRUE(is_refused(server_->kubectl_as(kubeconfig_, {"delete", "namespace", "default"})));
}

// The API server itself is started with these files.
class Hardening : public KubeApiServer {
 protected:
  void SetUp() override {
    auto encryption = read_file("manifests/hardening/encryption-configuration.yaml");
    const std::string placeholder = "REPLACE-WITH-32-RANDOM-BYTES-IN-BASE64";
    const auto at = encryption.find(placeholder);
    ASSERT_NE(at, encryption.npos);
    encryption.replace(at, placeholder.size(), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    write_file(directory_ / "encryption.yaml", encryption);
    start({"--audit-policy-file=manifests/hardening/audit-policy.yaml",
           "--audit-log-path=" + audit_log_, "--audit-log-mode=blocking",
           "--encryption-provider-config=" + std::string(directory_ / "encryption.yaml")});
  }

  // The audit log's record of a request: "create networkpolicies default/web".
  std::vector<Json> audited(const std::string& verb, const std::string& resource,
                            const std::string& name) {
    std::vector<Json> found;
    std::ifstream log(audit_log_);
    for (std::string line; std::getline(log, line);) {
      const auto event = Json::parse(line);
      const auto& object = event.value("objectRef", Json::object());
      if (event.at("verb") == verb && object.value("resource", "") == resource &&
          object.value("name", "") == name) {
        found.push_back(event);
      }
    }
    return found;
  }

  TemporaryDirectory directory_;
  const std::string audit_log_ = directory_ / "audit.log";
};

TEST_F(Hardening, AuditHasWhoChangedAPolicyAndHow) {
  apply("manifests/examples/default-deny-ingress.yaml");
  const auto created = audited("create", "networkpolicies", "default-deny-ingress");
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].at("level"), "RequestResponse");
  EXPECT_EQ(created[0].at("user").at("username"), "admin");
  EXPECT_TRUE(created[0].at("responseObject").contains("spec"));

  server_->kubectl({"delete", "networkpolicy", "default-deny-ingress"});
  EXPECT_EQ(audited("delete", "networkpolicies", "default-deny-ingress").size(), 1U);
}

TEST_F(Hardening, AuditHasChangesOfRightsAndLabels) {
  server_->kubectl({"create", "clusterrole", "reader", "--verb=get", "--resource=pods"});
  const auto role = audited("create", "clusterroles", "reader");
  ASSERT_EQ(role.size(), 1U);
  EXPECT_EQ(role[0].at("level"), "RequestResponse");
  server_->kubectl({"label", "namespace", "default", "team=a"});
  const auto label = audited("patch", "namespaces", "default");
  ASSERT_EQ(label.size(), 1U);
  EXPECT_EQ(label[0].at("requestObject").at("metadata").at("labels").at("team"), "a");
  server_->kubectl({"create", "deployment", "web", "--image=web"});
  const auto workload = audited("create", "deployments", "web");
  ASSERT_EQ(workload.size(), 1U);
  EXPECT_EQ(workload[0].at("level"), "Request");
  EXPECT_TRUE(workload[0].at("requestObject").at("spec").contains("template"));
}

TEST_F(Hardening, AuditHasThatASecretWasReadAndNotWhatIsInIt) {
  server_->kubectl({"create", "secret", "generic", "db", "--from-literal=password=hunter22"});
  server_->kubectl({"get", "secret", "db"});
  EXPECT_EQ(audited("create", "secrets", "db").size(), 1U);
  const auto read_it = audited("get", "secrets", "db");
  ASSERT_EQ(read_it.size(), 1U);
  EXPECT_EQ(read_it[0].at("level"), "Metadata");
  const auto log = read_file(audit_log_);
  EXPECT_EQ(log.find("hunter22"), log.npos);
  EXPECT_EQ(log.find("aHVudGVyMjI"), log.npos);  // the same in base64
}

TEST_F(Hardening, AuditHasNothingOfWhatIsRead) {
  server_->kubectl({"get", "pods"});
  EXPECT_TRUE(audited("list", "pods", "").empty());
}

TEST_F(Hardening, SecretsAreEncryptedInEtcd) {
  server_->kubectl({"create", "secret", "generic", "db", "--from-literal=password=hunter22"});
  server_->kubectl({"create", "configmap", "plain", "--from-literal=password=hunter22"});
  const auto secret = server_->stored("/registry/secrets/default/db");
  EXPECT_TRUE(secret.starts_with("k8s:enc:aescbc:v1:key1:")) << secret;
  EXPECT_EQ(secret.find("hunter22"), secret.npos);
  const auto plain = server_->stored("/registry/configmaps/default/plain");
  EXPECT_NE(plain.find("hunter22"), plain.npos);
}

}  // namespace
}  // namespace portcullis::test
