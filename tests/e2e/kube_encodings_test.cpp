// What a real API server writes in JSON and in Protobuf decodes alike, in lists and in watches.
#include "k8s-client/decode/frames.h"
#include "k8s-client/decode/messages.h"
#include "k8s-client/decode/resource.h"
#include "tests/e2e/kube_fixture.h"
#include "tests/support/process/child_process.h"

namespace portcullis::test {
namespace {

constexpr const char* kObjects = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a, empty: ""}}
---
apiVersion: v1
kind: Pod
metadata:
  {name: web, namespace: shop, labels: {app: web, empty: "", example.com/k: v}, annotations: {a: "ü"}}
spec:
  nodeName: node-1
  containers:
  - name: c
    image: i
    ports:
    - {name: http, containerPort: 80}
    - {name: dns, containerPort: 53, protocol: UDP}
    - {name: assoc, containerPort: 5000, protocol: SCTP}
    - {containerPort: 9}
  - {name: d, image: i}
  initContainers:
  - {name: side, image: i, restartPolicy: Always, ports: [{name: side, containerPort: 7}]}
  - {name: init, image: i, ports: [{name: init, containerPort: 8}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: shop, labels: {app: host}}
spec: {hostNetwork: true, nodeName: node-2, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: leaving, namespace: shop, finalizers: [example.com/stays]}
spec: {nodeName: node-1, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: shop}
spec: {nodeName: node-1, containers: [{name: c, image: i}]}
)";

template <class T>
bool same(const std::shared_ptr<const T>& left, const std::shared_ptr<const T>& right) {
  return left == right || (left != nullptr && right != nullptr && *left == *right);
}

bool same(const Event& left, const Event& right) {
  if (left.index() != right.index()) return false;
  return std::visit(
      [&](const auto& one) {
        const auto& other = std::get<std::decay_t<decltype(one)>>(right);
        return one.key == other.key && same(one.object, other.object);
      },
      left);
}

class KubeEncodings : public KubeApiServer {
 protected:
  void create_objects() {
    apply("-", kObjects);
    status("web", R"({"phase": "Running", "hostIP": "172.18.0.1", "hostIPs": [{"ip": "172.18.0.1"}],
                      "podIP": "10.244.1.10",
                      "podIPs": [{"ip": "10.244.1.10"}, {"ip": "fd00:10:244:1::a"}]})");
    status("host", R"({"phase": "Running", "hostIP": "172.18.0.2", "podIP": "172.18.0.2",
                       "podIPs": [{"ip": "172.18.0.2"}]})");
    status("done", R"({"phase": "Succeeded", "podIP": "10.244.1.11",
                       "podIPs": [{"ip": "10.244.1.11"}]})");
    const auto left = server_->api().request("DELETE", "/api/v1/namespaces/shop/pods/leaving");
    ASSERT_EQ(left.status, 200) << left.body;
  }

  void status(const std::string& name, const std::string& json) {
    const auto answer =
        server_->api().request("PATCH", "/api/v1/namespaces/shop/pods/" + name + "/status",
                               "{\"status\": " + json + "}", "application/merge-patch+json");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }

  // The body, whatever the status.
  std::string fetch(const std::string& path, k8s::Encoding encoding) {
    const auto setup = server_->api_setup();
    const auto fetched =
        run_to_end({{"curl", "--silent", "--noproxy", "*", "--user-agent", "test", "--header",
                     std::string("Accept: ") + k8s::accept_field(encoding), "--cacert",
                     setup.ca_file, "--header", "Authorization: Bearer " + setup.token,
                     "https://" + setup.address + ':' + std::to_string(setup.port) + path},
                    {},
                    &*network_,
                    ""});
    EXPECT_EQ(fetched.code, 0) << path << fetched.err;
    return fetched.out;
  }

  std::vector<k8s::WatchEvent> watch(Kind kind, k8s::Encoding encoding) {
    const auto bytes = fetch(
        k8s::path_of(kind) + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=1", encoding);
    std::vector<k8s::WatchEvent> events;
    k8s::Frames frames(encoding);
    const bool framed = frames.add(bytes, [&](std::string_view message) {
      auto event = k8s::decode_watch_event(message, encoding, kind);
      ASSERT_TRUE(event) << event.error().message;
      if (event->change) events.push_back(std::move(*event));
    });
    EXPECT_TRUE(framed);
    return events;
  }
};

TEST_F(KubeEncodings, OfListsDecodeAlike) {
  create_objects();
  for (const auto kind : {Kind::kPod, Kind::kNamespace}) {
    const auto path = k8s::path_of(kind);
    const auto json =
        k8s::decode_page(fetch(path, k8s::Encoding::kJson), k8s::Encoding::kJson, kind);
    const auto protobuf =
        k8s::decode_page(fetch(path, k8s::Encoding::kProtobuf), k8s::Encoding::kProtobuf, kind);
    ASSERT_TRUE(json) << json.error().message;
    ASSERT_TRUE(protobuf) << protobuf.error().message;
    EXPECT_EQ(protobuf->resource_version, json->resource_version);
    ASSERT_GE(json->objects.size(), 5U);
    ASSERT_EQ(protobuf->objects.size(), json->objects.size());
    for (std::size_t i = 0; i < json->objects.size(); ++i) {
      EXPECT_TRUE(same(protobuf->objects[i].object, json->objects[i].object))
          << to_string(key_of(json->objects[i].object));
      EXPECT_EQ(protobuf->objects[i].resource_version, json->objects[i].resource_version);
      EXPECT_TRUE(protobuf->objects[i].defects.empty());
    }
  }
}

TEST_F(KubeEncodings, OfPagesDecodeAlike) {
  create_objects();
  const auto path = k8s::path_of(Kind::kPod) + "?limit=2";
  const auto json =
      k8s::decode_page(fetch(path, k8s::Encoding::kJson), k8s::Encoding::kJson, Kind::kPod);
  const auto protobuf =
      k8s::decode_page(fetch(path, k8s::Encoding::kProtobuf), k8s::Encoding::kProtobuf, Kind::kPod);
  ASSERT_TRUE(json && protobuf);
  EXPECT_FALSE(protobuf->continue_token.empty());
  EXPECT_EQ(protobuf->continue_token, json->continue_token);
  EXPECT_EQ(protobuf->objects.size(), 2U);
}

TEST_F(KubeEncodings, OfWatchesDecodeAlike) {
  create_objects();
  for (const auto kind : {Kind::kPod, Kind::kNamespace}) {
    const auto json = watch(kind, k8s::Encoding::kJson);
    const auto protobuf = watch(kind, k8s::Encoding::kProtobuf);
    ASSERT_GE(json.size(), 5U);
    ASSERT_EQ(protobuf.size(), json.size());
    std::map<ObjectKey, const k8s::WatchEvent*> by_key;
    for (const auto& event : json) by_key[key_of(*event.change)] = &event;
    for (const auto& event : protobuf) {
      const auto& other = *by_key.at(key_of(*event.change));
      EXPECT_TRUE(same(*event.change, *other.change)) << to_string(key_of(*event.change));
      EXPECT_EQ(event.type, other.type);
      EXPECT_EQ(event.resource_version, other.resource_version);
    }
  }
}

TEST_F(KubeEncodings, OfErrorsDecodeAlike) {
  const auto path = k8s::path_of(Kind::kPod) + "?continue=nonsense&limit=1";
  for (const auto encoding : {k8s::Encoding::kJson, k8s::Encoding::kProtobuf}) {
    const auto status = k8s::decode_status(fetch(path, encoding), encoding, 0);
    EXPECT_EQ(status.code, 400);
    EXPECT_EQ(status.reason, "BadRequest");
    EXPECT_NE(status.message.find("continue key is not valid"), std::string::npos)
        << status.message;
  }
}

}  // namespace
}  // namespace portcullis::test
