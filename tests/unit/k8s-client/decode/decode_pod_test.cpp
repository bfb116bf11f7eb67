#include "compiler/base/address.h"
#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

// A pod with these fields beside apiVersion, kind and metadata.
std::string pod(const std::string& fields, const std::string& metadata = R"("name": "web")") {
  return R"({"apiVersion": "v1", "kind": "Pod", "metadata": {)" + metadata + "}, " + fields + "}";
}

std::vector<std::string> addresses_of(const Pod& pod) {
  std::vector<std::string> result;
  for (const auto& address : pod.addresses) result.push_back(to_string(address));
  return result;
}

TEST(DecodePod, ReadsWhatMatters) {
  const auto decoded = decode_json(pod(
      R"("spec": {"nodeName": "node-1", "hostNetwork": true, "unknown": 1, "containers": [
          {"name": "c", "ports": [{"containerPort": 1}, {"name": "http", "containerPort": 80}]},
          {"name": "d", "ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]}]},
        "status": {"phase": "Running", "podIP": "10.0.0.9",
          "podIPs": [{"ip": "fd00::1"}, {"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}]})",
      R"("name": "web", "namespace": "shop", "uid": "6f1c", "labels": {"app": "web", "e": ""},
         "creationTimestamp": "1970-01-01T00:01:00Z", "deletionTimestamp": "1970-01-01T00:02:00Z",
         "annotations": {"a": 1})"));
  EXPECT_EQ(texts(decoded.defects), std::vector<std::string>{});
  const auto got = only<Pod>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(to_string(got->key), "shop/web");
  EXPECT_EQ(got->uid, pod_uid("6f1c"));
  EXPECT_EQ(got->labels, (Labels{{"app", "web"}, {"e", ""}}));
  EXPECT_EQ(got->node_name, "node-1");
  EXPECT_TRUE(got->host_network);
  EXPECT_TRUE(got->terminating);
  EXPECT_FALSE(got->malformed);
  EXPECT_EQ(got->created_at, 60);
  EXPECT_EQ(got->phase, PodPhase::kRunning);
  EXPECT_EQ(got->ports,
            (std::vector<NamedPort>{{"http", Protocol::kTcp, 80}, {"dns", Protocol::kUdp, 53}}));
  EXPECT_EQ(addresses_of(*got), (std::vector<std::string>{"10.0.0.1", "fd00::1"}));
}

TEST(DecodePod, Defaults) {
  const auto got = only<Pod>(decode_json(pod(R"("spec": null)")));
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(to_string(got->key), "default/web");
  EXPECT_EQ(got->phase, PodPhase::kPending);
  EXPECT_EQ(got->created_at, 0);
  EXPECT_FALSE(got->host_network || got->terminating || got->malformed);
  EXPECT_TRUE(got->addresses.empty() && got->ports->empty() && got->node_name->empty());
  EXPECT_EQ(got->uid, 0u);
}

// Of a static pod the runtime knows the uid that the mirror names, and not the mirror's.
TEST(DecodePod, AMirrorsUidIsThatOfItsStaticPod) {
  const auto decoded =
      decode_json(pod(R"("spec": {})", R"("name": "web", "uid": "6f1c", "annotations":
                         {"kubernetes.io/config.mirror": "e5d2", "other": "x"})"));
  EXPECT_EQ(texts(decoded.defects), std::vector<std::string>{});
  EXPECT_EQ(only<Pod>(decoded)->uid, pod_uid("e5d2"));
}

TEST(DecodePod, AStrangeUidIsNoneAndNoDefect) {
  for (const auto* uid : {R"("uid": 7)", R"("uid": null)", R"("uid": ["x"])", R"("uid": "")"}) {
    const auto decoded = decode_json(pod(R"("spec": {})", std::string(R"("name": "web", )") + uid));
    EXPECT_EQ(texts(decoded.defects), std::vector<std::string>{}) << uid;
    const auto got = only<Pod>(decoded);
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->uid, 0u) << uid;
    EXPECT_FALSE(got->malformed) << uid;
  }
}

TEST(DecodePod, SidecarsPortsComeAfterContainers) {
  const auto got = only<Pod>(decode_json(pod(R"("spec": {
    "initContainers": [
      {"ports": [{"name": "once", "containerPort": 1}]},
      {"restartPolicy": "Always", "ports": [{"name": "side", "containerPort": 2}]},
      {"restartPolicy": "Never", "ports": [{"name": "never", "containerPort": 3}]}],
    "containers": [{"ports": [{"name": "main", "containerPort": 4, "protocol": "SCTP"}]}]})")));
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->ports,
            (std::vector<NamedPort>{{"main", Protocol::kSctp, 4}, {"side", Protocol::kTcp, 2}}));
}

TEST(DecodePod, SingleAddressCountsWithoutAList) {
  for (const auto* status :
       {R"("status": {"podIP": "10.0.0.1"})", R"("status": {"podIP": "10.0.0.1", "podIPs": []})",
        R"("status": {"podIP": "10.0.0.1", "podIPs": null})"}) {
    const auto got = only<Pod>(decode_json(pod(status)));
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(addresses_of(*got), std::vector<std::string>{"10.0.0.1"}) << status;
  }
  const auto none = only<Pod>(decode_json(pod(R"("status": {"podIP": ""})")));
  ASSERT_NE(none, nullptr);
  EXPECT_TRUE(none->addresses.empty());
  EXPECT_FALSE(none->malformed);
}

TEST(DecodePod, AddressesOfItsNodeThatCannotBeReadAreLeftOut) {
  const auto nodes = [](const std::string& status) {
    const auto got = only<Pod>(decode_json(pod("\"status\": {" + status + "}")));
    std::vector<std::string> texts;
    if (got == nullptr || got->malformed) return std::vector<std::string>{"malformed"};
    for (const auto& address : got->node_addresses) texts.push_back(to_string(address));
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(nodes(R"("hostIP": "172.18.0.1")"), Texts{"172.18.0.1"});
  EXPECT_EQ(
      nodes(R"("hostIP": "172.18.0.1", "hostIPs": [{"ip": "172.18.0.1"}, {"ip": "fd00::1"}])"),
      (Texts{"172.18.0.1", "fd00::1"}));
  EXPECT_EQ(nodes(R"("hostIP": "here", "hostIPs": [{"ip": 1}, 2, {}])"), Texts{});
  EXPECT_EQ(nodes(R"("hostIP": 3, "hostIPs": "none")"), Texts{});
}

TEST(DecodePod, Phases) {
  const auto phase = [](const std::string& name) {
    const auto got = only<Pod>(decode_json(pod(R"("status": {"phase": ")" + name + "\"}")));
    return got == nullptr || got->malformed ? std::nullopt : std::optional(got->phase);
  };
  EXPECT_EQ(phase("Pending"), PodPhase::kPending);
  EXPECT_EQ(phase("Running"), PodPhase::kRunning);
  EXPECT_EQ(phase("Succeeded"), PodPhase::kSucceeded);
  EXPECT_EQ(phase("Failed"), PodPhase::kFailed);
  EXPECT_EQ(phase("Unknown"), PodPhase::kUnknown);
  EXPECT_EQ(phase("Paused"), PodPhase::kUnknown);
}

struct BadPod {
  const char* metadata;
  const char* fields;
  const char* field;    // the defect's
  const char* message;  // the beginning of it
};

class MalformedPod : public testing::TestWithParam<BadPod> {};

TEST_P(MalformedPod, IsToldAndFailsClosed) {
  const auto& param = GetParam();
  const auto decoded = decode_json(pod(param.fields, param.metadata));
  ASSERT_EQ(decoded.defects.size(), 1U) << testing::PrintToString(texts(decoded.defects));
  EXPECT_EQ(decoded.defects.front().field, param.field);
  EXPECT_TRUE(decoded.defects.front().message.starts_with(param.message))
      << decoded.defects.front().message;
  EXPECT_LT(decoded.defects.front().message.size(), 300U);
  const auto got = only<Pod>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_TRUE(got->malformed);
  EXPECT_TRUE(got->labels->empty() && got->ports->empty());
}

constexpr const char* kWeb = R"("name": "web", "labels": {"app": "web"})";

INSTANTIATE_TEST_SUITE_P(
    All, MalformedPod,
    testing::Values(
        BadPod{R"("name": "Web")", R"("spec": {})", "metadata.name", "\"Web\" is not a valid name"},
        BadPod{R"("name": "a", "namespace": "a.b")", R"("spec": {})", "metadata.namespace",
               "\"a.b\" is not a valid name"},
        BadPod{R"("name": "a", "labels": {"app": 1})", R"("spec": {})", "metadata.labels.app",
               "is a number, but must be a string (put it in quotes)"},
        BadPod{R"("name": "a", "labels": {"app": true})", R"("spec": {})", "metadata.labels.app",
               "is a boolean, but must be a string (put it in quotes)"},
        BadPod{R"("name": "a", "labels": {"app": ["x"]})", R"("spec": {})", "metadata.labels.app",
               "is a list, but must be a string"},
        BadPod{R"("name": "a", "labels": {"a b": "x"})", R"("spec": {})",
               "metadata.labels[\"a b\"]", "is not a valid label key"},
        BadPod{R"("name": "a", "labels": {"app": "a b"})", R"("spec": {})", "metadata.labels.app",
               "\"a b\" is not a valid label value"},
        BadPod{R"("name": "a", "labels": ["app"])", R"("spec": {})", "metadata.labels",
               "is a list, but must be a mapping"},
        BadPod{R"("name": "a", "creationTimestamp": "today")", R"("spec": {})",
               "metadata.creationTimestamp", "\"today\" is not a date"},
        BadPod{R"("name": "a", "deletionTimestamp": 5)", R"("spec": {})",
               "metadata.deletionTimestamp", "is a number"},
        BadPod{kWeb, R"("spec": [])", "spec", "is a list, but must be a mapping"},
        BadPod{kWeb, R"("spec": {"hostNetwork": "yes"})", "spec.hostNetwork",
               "is a string, but must be true or false"},
        BadPod{kWeb, R"("spec": {"nodeName": 5})", "spec.nodeName", "is a number"},
        BadPod{kWeb, R"("spec": {"containers": {}})", "spec.containers", "is a mapping, but must"},
        BadPod{kWeb, R"("spec": {"containers": [null]})", "spec.containers[0]", "is an empty item"},
        BadPod{kWeb, R"("spec": {"containers": [1]})", "spec.containers[0]",
               "is a number, but must"},
        BadPod{kWeb, R"("spec": {"containers": [{}, {"ports": [{"name": "http"}]}]})",
               "spec.containers[1].ports[0].containerPort", "is missing"},
        BadPod{kWeb, R"("spec": {"containers": [{"ports": [{"name": "a", "containerPort": 0}]}]})",
               "spec.containers[0].ports[0].containerPort", "0 is not a port"},
        BadPod{kWeb,
               R"("spec": {"containers": [{"ports": [{"name": "a", "containerPort": "80"}]}]})",
               "spec.containers[0].ports[0].containerPort", "is a string, but must be a whole"},
        BadPod{kWeb,
               R"("spec": {"containers": [{"ports": [{"name": "80", "containerPort": 80}]}]})",
               "spec.containers[0].ports[0].name", "\"80\" is not a valid port name"},
        BadPod{kWeb,
               R"("spec": {"initContainers": [{"restartPolicy": "Always", "ports":
                  [{"name": "a", "containerPort": 80, "protocol": "tcp"}]}]})",
               "spec.initContainers[0].ports[0].protocol", "\"tcp\" is not a protocol; write TCP"},
        BadPod{kWeb, R"("status": {"podIPs": [{"ip": "10.0.0.256"}]})", "status.podIPs[0].ip",
               "\"10.0.0.256\" is not an IP address"},
        BadPod{kWeb, R"("status": {"podIPs": [{}]})", "status.podIPs[0]", "has no address"},
        BadPod{kWeb, R"("status": {"podIPs": ["10.0.0.1"]})", "status.podIPs[0]", "is a string"},
        BadPod{kWeb, R"("status": {"podIP": "::1\u0000x"})", "status.podIP",
               "\"::1\\x00x\" is not an IP"},
        BadPod{kWeb, R"("status": {"podIP": "::ffff:10.0.0.1"})", "status.podIP",
               "\"::ffff:10.0.0.1\" is an IPv4 address in IPv6 form"},
        BadPod{kWeb, R"("status": {"podIP": "fe80::1%eth0"})", "status.podIP", "\"fe80::1%eth0\""},
        BadPod{kWeb, R"("status": {"phase": 1})", "status.phase", "is a number"},
        BadPod{kWeb, R"("status": "Running")", "status", "is a string, but must be a mapping"}));

TEST(DecodePod, MalformedKeepsWhereItIsEnforced) {
  const auto got = only<Pod>(decode_json(pod(R"("spec": {"nodeName": "node-1", "hostNetwork": true},
             "status": {"phase": "Running", "podIPs": [{"ip": "bad"}, {"ip": "10.0.0.1"}]})")));
  ASSERT_NE(got, nullptr);
  EXPECT_TRUE(got->malformed);
  EXPECT_EQ(got->node_name, "node-1");
  EXPECT_TRUE(got->host_network);
  EXPECT_EQ(got->phase, PodPhase::kRunning);
  EXPECT_EQ(addresses_of(*got), std::vector<std::string>{"10.0.0.1"});
}

TEST(DecodePod, HugeNamesAndLabelsMakeShortMessages) {
  const auto long_name =
      decode_json(pod(R"("spec": {})", R"("name": ")" + std::string(300, 'x') + "\""));
  const auto got = only<Pod>(long_name);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->key.name.size(), 300U);
  EXPECT_TRUE(got->malformed);
  ASSERT_EQ(long_name.defects.size(), 1U);
  EXPECT_LT(texts(long_name.defects).front().size(), 400U);

  const auto long_label = decode_json(
      pod(R"("spec": {})", R"("name": "a", "labels": {"app": ")" + std::string(1 << 20, 'x') +
                               "\", \"" + std::string(1 << 20, 'k') + "\": \"\"}"));
  ASSERT_EQ(long_label.defects.size(), 2U);
  for (const auto& text : texts(long_label.defects)) EXPECT_LT(text.size(), 400U);
}

TEST(DecodePod, WithoutAPlaceItIsStillQuarantined) {
  const std::string substitute = "test.json, document 1#1";
  const std::pair<const char*, ObjectKey> cases[] = {
      {R"("namespace": "a")", {"a", substitute}},
      {R"("name": "")", {"default", substitute}},
      {R"("name": 5)", {"default", "5"}},
      {R"("name": true)", {"default", "true"}},
      {R"("name": [])", {"default", substitute}},
      {R"("name": "a", "namespace": 123)", {"123", "a"}},
      {R"("name": "a", "namespace": 1.5)", {"1.5", "a"}},
      {R"("name": "a", "namespace": {})", {"", substitute}},
  };
  for (const auto& [metadata, key] : cases) {
    const auto decoded = decode_json(pod(R"("status": {"podIP": "10.0.0.1"})", metadata));
    EXPECT_EQ(decoded.defects.size(), 1U) << metadata;
    const auto got = only<Pod>(decoded);
    ASSERT_NE(got, nullptr) << metadata;
    EXPECT_EQ(got->key, key) << metadata;
    EXPECT_TRUE(got->malformed) << metadata;
    EXPECT_EQ(addresses_of(*got), std::vector<std::string>{"10.0.0.1"}) << metadata;
  }
  EXPECT_EQ(
      decode_json(pod("\"spec\": {}", R"("name": "a", "namespace": {})")).defects.front().object,
      "Pod a")
      << "nobody knows that it is in \"default\"";
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "Pod", "metadata": []})");
  EXPECT_EQ(only<Pod>(decoded)->key, (ObjectKey{"", substitute}));
  EXPECT_EQ(texts(decoded.defects),
            std::vector<std::string>{"line 1: Pod: metadata: is a list, but must be a mapping"});
}

TEST(DecodePod, AHostNetworkInQuotesIsNoPodsAddress) {
  const auto host_network = [](const std::string& value) {
    const auto got = only<Pod>(decode_json(pod(R"("spec": {"hostNetwork": )" + value + "}")));
    return got != nullptr && got->malformed && got->host_network;
  };
  for (const auto* value : {R"("true")", R"("True")", R"("TRUE")", R"("'true'")"}) {
    EXPECT_TRUE(host_network(value)) << value;
  }
  for (const auto* value : {R"("false")", R"("")", "5", "[]"}) {
    EXPECT_FALSE(host_network(value)) << value;
  }
}

TEST(DecodePod, AKindThatWasMeantToBeOursFailsClosed) {
  for (const std::string kind : {"pod", "POD", "Pods"}) {
    const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": ")" + kind +
                                     R"(", "metadata": {"name": "a"}})");
    EXPECT_EQ(fields(decoded), std::vector<std::string>{"kind"}) << kind;
    const auto got = only<Pod>(decoded);
    ASSERT_NE(got, nullptr) << kind;
    EXPECT_TRUE(got->malformed) << kind;
  }
}

}  // namespace
}  // namespace portcullis::k8s
