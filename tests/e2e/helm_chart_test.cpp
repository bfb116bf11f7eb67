// The chart renders what the manifests have, and each of its values changes what it says.
#include <yaml-cpp/yaml.h>

#include <set>

#include "tests/e2e/helm.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kPod = "/spec/template/spec/";
constexpr const char* kContainer = "/spec/template/spec/containers/0/";
constexpr const char* kConfigName = "/spec/template/spec/volumes/0/configMap/name";
const std::string kDaemonSet = "DaemonSet portcullis";

using HelmChart = Helm;

void expect_equal(const KubeObjects& chart, const KubeObjects& manifests) {
  for (const auto& [name, object] : manifests) {
    const auto found = chart.find(name);
    if (found == chart.end()) {
      ADD_FAILURE() << "the chart lacks " << name;
    } else if (found->second != object) {
      ADD_FAILURE() << name << ": " << Json::diff(object, found->second).dump(1);
    }
  }
  for (const auto& [name, object] : chart) EXPECT_TRUE(manifests.contains(name)) << name;
}

// The file of options is compared by its content, and its name has no hash.
KubeObjects with_parsed_options(const KubeObjects& objects) {
  KubeObjects same;
  for (const auto& [name, original] : objects) {
    auto object = original;
    const bool is_options =
        object.at("kind") == "ConfigMap" && object.at("data").contains("config.yaml");
    if (is_options) {
      object["data"] = YAML::Dump(YAML::Load(object["data"]["config.yaml"].get<std::string>()));
      object["metadata"]["name"] = "portcullis";
    }
    if (name == kDaemonSet) object[Json::json_pointer(kConfigName)] = "portcullis";
    same.emplace(is_options ? "ConfigMap portcullis" : name, object);
  }
  return same;
}

TEST_F(HelmChart, PassesLint) {
  const auto linted = helm({"lint", "--strict", kChart});
  EXPECT_EQ(linted.code, 0) << linted.out << linted.err;
}

TEST_F(HelmChart, RendersTheBase) {
  auto base = kustomized("manifests/base");
  expect_equal(objects({"createNamespace=true"}), base);
  EXPECT_EQ(base.erase("Namespace portcullis"), 1U);
  expect_equal(objects({}), base);
}

TEST_F(HelmChart, RendersTheOverlayForThePrometheusOperator) {
  const auto overlay = kustomized("manifests/overlays/prometheus-operator");
  const auto chart = objects(
      {"createNamespace=true", "options.listen=0.0.0.0:9909", "prometheus.podMonitor.enabled=true",
       "prometheus.prometheusRule.enabled=true", "prometheus.dashboard.enabled=true"});
  expect_equal(with_parsed_options(chart), with_parsed_options(overlay));
}

// A value, what is then somewhere in an object, or that there is no such object.
struct Effect {
  std::string setting;
  std::string object;
  std::string at;
  Json value;
};

const std::string kMonitor = "PodMonitor portcullis";
const std::string kReachable = "options.listen=0.0.0.0:9909,prometheus.podMonitor.enabled=true,";

std::vector<Effect> effects() {
  const std::string pod = kPod;
  const std::string container = kContainer;
  const std::string digest = "sha256:" + std::string(64, 'a');
  return {
      {"image.repository=example.com/p", kDaemonSet, container + "image", "example.com/p:0.1.0"},
      {"image.tag=0.2.0", kDaemonSet, container + "image", "portcullis:0.2.0"},
      {"image.tag=0.2.0,image.digest=" + digest, kDaemonSet, container + "image",
       "portcullis@" + digest},
      {"image.pullPolicy=Always", kDaemonSet, container + "imagePullPolicy", "Always"},
      {"imagePullSecrets[0].name=registry", kDaemonSet, pod + "imagePullSecrets/0/name",
       "registry"},
      {"options.listen=10.0.0.1:8000",
       kDaemonSet,
       container + "readinessProbe/httpGet",
       {{"host", "10.0.0.1"}, {"port", 8000}, {"path", "/readyz"}}},
      {"options.listen=0.0.0.0:8000",
       kDaemonSet,
       container + "livenessProbe/httpGet",
       {{"host", "127.0.0.1"}, {"port", 8000}, {"path", "/healthz"}}},
      {"options.listen=[::]:8000", kDaemonSet, container + "startupProbe/httpGet/host", "::1"},
      {"options.listen=[::]:8000", kDaemonSet, container + "ports/0/containerPort", 8000},
      {"nodeSelector.pool=edge", kDaemonSet, pod + "nodeSelector/pool", "edge"},
      {"tolerations=null", kDaemonSet, pod + "tolerations", nullptr},
      {"tolerations[0].key=gpu,tolerations[0].operator=Exists", kDaemonSet,
       pod + "tolerations/0/key", "gpu"},
      {"affinity.nodeAffinity.any=x", kDaemonSet, pod + "affinity/nodeAffinity/any", "x"},
      {"priorityClassName=high", kDaemonSet, pod + "priorityClassName", "high"},
      {"priorityClassName=", kDaemonSet, pod + "priorityClassName", nullptr},
      {"updateStrategy.type=OnDelete", kDaemonSet, "/spec/updateStrategy", {{"type", "OnDelete"}}},
      {"updateStrategy.type=OnDelete", "ConfigMap portcullis", "/kind", "ConfigMap"},
      {"updateStrategy.rollingUpdate.maxUnavailable=3", kDaemonSet,
       "/spec/updateStrategy/rollingUpdate/maxUnavailable", 3},
      {"resources.requests.cpu=50m", kDaemonSet, container + "resources/requests/cpu", "50m"},
      {"resources.requests.memory=1Gi", kDaemonSet, container + "resources/requests/memory", "1Gi"},
      {"resources.limits.memory=1Gi", kDaemonSet, container + "resources/limits/memory", "1Gi"},
      {"podLabels.team=net", kDaemonSet, "/spec/template/metadata/labels/team", "net"},
      {"podAnnotations.note=x", kDaemonSet, "/spec/template/metadata/annotations/note", "x"},
      {"extraEnv[0].name=A,extraEnv[0].value=b",
       kDaemonSet,
       container + "env/1",
       {{"name", "A"}, {"value", "b"}}},
      {"flowControl.enabled=false", "FlowSchema portcullis-lists", "", nullptr},
      {"flowControl.enabled=false", "PriorityLevelConfiguration portcullis", "", nullptr},
      {"flowControl.nominalConcurrencyShares=30", "PriorityLevelConfiguration portcullis",
       "/spec/limited/nominalConcurrencyShares", 30},
      {kReachable + "prometheus.podMonitor.interval=1m", kMonitor,
       "/spec/podMetricsEndpoints/0/interval", "1m"},
      {kReachable + "prometheus.podMonitor.labels.release=p", kMonitor, "/metadata/labels/release",
       "p"},
      {"prometheus.prometheusRule.enabled=true,prometheus.prometheusRule.labels.release=p",
       "PrometheusRule portcullis", "/metadata/labels/release", "p"},
      {"prometheus.dashboard.enabled=true,prometheus.dashboard.labels.grafana_dashboard=x",
       "ConfigMap portcullis-dashboard", "/metadata/labels/grafana_dashboard", "x"},
      {"createNamespace=true", "Namespace portcullis",
       "/metadata/labels/pod-security.kubernetes.io~1enforce", "privileged"},
  };
}

TEST_F(HelmChart, EachValueHasItsEffect) {
  for (const auto& effect : effects()) {
    SCOPED_TRACE(effect.setting);
    const auto rendered = objects({effect.setting});
    const auto found = rendered.find(effect.object);
    const Json::json_pointer at(effect.at);
    if (effect.value.is_null()) {
      EXPECT_TRUE(found == rendered.end() || !found->second.contains(at)) << effect.object;
    } else if (found == rendered.end() || !found->second.contains(at)) {
      ADD_FAILURE() << "there is no " << effect.at << " in " << effect.object;
    } else {
      EXPECT_EQ(found->second.at(at), effect.value);
    }
  }
}

// The paths of all scalars and empty collections: "image.tag".
void add_paths(const YAML::Node& node, const std::string& path, std::set<std::string>& paths) {
  if (!node.IsMap() || node.size() == 0) {
    paths.insert(path);
    return;
  }
  for (const auto& member : node) {
    const auto& name = member.first.Scalar();
    add_paths(member.second, path.empty() ? name : path + '.' + name, paths);
  }
}

TEST_F(HelmChart, NoValueIsWithoutATest) {
  std::string tried;
  for (const auto& effect : effects()) tried += ',' + effect.setting;
  std::set<std::string> paths;
  add_paths(YAML::LoadFile(std::string(kChart) + "/values.yaml"), "", paths);
  paths.erase("nodeSelector.kubernetes.io/os");  // the tests set another label
  for (const auto& path : paths) {
    EXPECT_NE(tried.find(',' + path), tried.npos) << path;
  }
}

TEST_F(HelmChart, OptionsAreThoseOfTheFileAndRollTheDaemonOut) {
  std::set<std::string> names;
  for (const std::string options : {"{}", "{table: shared}", "{log-level: debug, snapshot: 'off'}",
                                    "{policy-budget: 'rules=10,ports=20', start-spread: 30}"}) {
    const auto rendered = objects({}, "options: " + options);
    const std::string name = rendered.at(kDaemonSet).at(Json::json_pointer(kConfigName));
    EXPECT_TRUE(names.insert(name).second) << name;
    auto expected = YAML::Load(options);
    expected["listen"] = "127.0.0.1:9909";
    const std::string text = rendered.at("ConfigMap " + name).at("data").at("config.yaml");
    const auto file = YAML::Load(text);
    EXPECT_EQ(file.size(), expected.size()) << text;
    for (const auto& option : expected) {
      EXPECT_EQ(file[option.first.Scalar()].as<std::string>(""), option.second.Scalar()) << text;
    }
  }
}

struct Mistake {
  std::string values;
  std::string named;  // by the error
};

TEST_F(HelmChart, RefusesMistakesAndNamesThem) {
  const std::vector<Mistake> mistakes = {
      {"imagePullSecret: []", "imagePullSecret"},
      {"image: {repo: x}", "repo"},
      {"image: {tag: 1.0}", "/image/tag"},
      {"image: {digest: abc}", "/image/digest"},
      {"image: {pullPolicy: Sometimes}", "/image/pullPolicy"},
      {"imagePullSecrets: [registry]", "/imagePullSecrets/0"},
      {"options: {log_level: debug}", "log_level"},
      {"options: {log-level: loud}", "/options/log-level"},
      {"options: {listen: 9909}", "/options/listen"},
      {"options: {listen: 'off'}", "/options/listen"},
      {"options: {snapshot: off}", "/options/snapshot"},
      {"options: {snapshot: /tmp/ruleset}", "/options/snapshot"},
      {"options: {kubeconfig: /x}", "kubeconfig"},
      {"tolerations: [{operater: Exists}]", "operater"},
      {"affinity: {nodeAfinity: {}}", "nodeAfinity"},
      {"updateStrategy: {type: Recreate}", "/updateStrategy/type"},
      {"updateStrategy: {rollingUpdate: {maxSurge: 1}}", "/updateStrategy/rollingUpdate/maxSurge"},
      {"resources: {limit: {}}", "limit"},
      {"podLabels: {app.kubernetes.io/name: x}", "/podLabels"},
      {"podAnnotations: {number: 1}", "/podAnnotations/number"},
      {"extraEnv: [{name: NODE_NAME, value: x}]", "/extraEnv/0/name"},
      {"flowControl: {enabled: 'yes'}", "/flowControl/enabled"},
      {"prometheus: {podMonitor: {enable: true}}", "enable"},
      {"prometheus: {podMonitor: {interval: 15}}", "/prometheus/podMonitor/interval"},
      {"prometheus: {podMonitor: {enabled: true}}", "options.listen"},
      {"createNamespace: 1", "/createNamespace"},
  };
  for (const auto& mistake : mistakes) {
    const auto refused = rendered({}, mistake.values);
    EXPECT_NE(refused.code, 0) << mistake.values;
    EXPECT_NE(refused.err.find(mistake.named), refused.err.npos) << mistake.values << refused.err;
  }
}

}  // namespace
}  // namespace portcullis::test
