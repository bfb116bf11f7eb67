#include "tests/support/kube/pods.h"

#include "tests/support/manifest/writer.h"

namespace portcullis::test {
namespace {

std::string path_of_pods(const std::string& ns) { return "/api/v1/namespaces/" + ns + "/pods"; }

std::string path_of(const ObjectKey& key) { return path_of_pods(key.ns) + "/" + key.name; }

Result<void> ask(ApiClient& api, const std::string& method, const std::string& path,
                 const std::string& body = "") {
  const auto answer = api.request(method, path, body);
  if (answer.status == 200 || answer.status == 201) return {};
  return failure(ErrorCode::kIo, method + " " + path + ": " +
                                     (answer.status == 0 ? "nobody answered" : answer.body));
}

}  // namespace

Result<void> create_pod(ApiClient& api, const Pod& pod) {
  const auto created = ask(api, "POST", path_of_pods(pod.key.ns), to_manifest(pod));
  return created ? update_pod_status(api, pod) : created;
}

Result<void> update_pod_status(ApiClient& api, const Pod& pod) {
  return ask(api, "PUT", path_of(pod.key) + "/status", to_manifest(pod));
}

Result<void> delete_pod(ApiClient& api, const ObjectKey& key) {
  return ask(api, "DELETE", path_of(key) + "?gracePeriodSeconds=0");
}

}  // namespace portcullis::test
