#include "k8s-client/access/exec_credential.h"

#include <nlohmann/json.hpp>

#include "k8s-client/access/base64.h"
#include "k8s-client/decode/timestamp.h"
#include "k8s-client/document/field.h"
#include "k8s-client/document/json.h"

namespace portcullis::k8s {
namespace {

using Json = nlohmann::ordered_json;

// Go's zero time, printed for a time that was never set.
constexpr const char* kZeroTime = "0001-01-01T00:00:00Z";

Json to_json(const Document& document) {
  if (const auto* list = document.list()) {
    Json json = Json::array();
    for (const auto& item : *list) json.push_back(to_json(item));
    return json;
  }
  if (const auto* map = document.map()) {
    Json json = Json::object();
    for (const auto& [key, value] : *map) json[key] = to_json(value);
    return json;
  }
  if (const auto* text = document.string()) return *text;
  if (const auto* flag = std::get_if<bool>(&document.value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&document.value)) return *number;
  if (const auto* real = std::get_if<double>(&document.value)) return *real;
  return nullptr;
}

// Text from a user need not be UTF-8.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json cluster_info(const ClusterAccess& access, const std::string& ca) {
  Json cluster = {{"server", access.server}};
  if (!access.tls_server_name.empty()) cluster["tls-server-name"] = access.tls_server_name;
  if (!ca.empty()) cluster["certificate-authority-data"] = encode_base64(ca);
  if (!access.proxy.empty()) cluster["proxy-url"] = access.proxy;
  if (!access.exec_config.empty()) cluster["config"] = Json::parse(access.exec_config);
  return cluster;
}

void check_status(const Field& status, const ExecCredential& credential) {
  if (credential.certificate.empty() != credential.key.empty()) {
    status.defect("has only one of clientCertificateData and clientKeyData");
  } else if (credential.token.empty() && credential.certificate.empty()) {
    status.defect("has neither a token nor a client certificate");
  }
}

ExecCredential read_credential(const Field& root, const std::string& api_version) {
  ExecCredential credential;
  const Field version = root["apiVersion"];
  if (read_text(root, "kind") != "ExecCredential") root["kind"].defect("is not ExecCredential");
  if (read_text(root, "apiVersion") != api_version) {
    version.defect("is not " + api_version + ", which the kubeconfig asks the plugin for");
  }
  const Field status = root["status"];
  credential.token = read_text(status, "token");
  credential.certificate = read_text(status, "clientCertificateData");
  credential.key = read_text(status, "clientKeyData");
  const Field expiration = status["expirationTimestamp"];
  if (const auto* text = expiration.string()) {
    credential.expiration = parse_timestamp(*text);
    if (!credential.expiration) expiration.defect("is not an RFC 3339 time");
    if (credential.expiration == parse_timestamp(kZeroTime)) credential.expiration.reset();
  }
  check_status(status, credential);
  return credential;
}

}  // namespace

std::string json_text(const Document& document) { return dump(to_json(document)); }

std::string exec_info(const ClusterAccess& access, const std::string& ca) {
  Json spec = {{"interactive", false}};
  if (access.exec->wants_cluster_info) spec["cluster"] = cluster_info(access, ca);
  return dump(
      {{"kind", "ExecCredential"}, {"apiVersion", access.exec->api_version}, {"spec", spec}});
}

Result<ExecCredential> parse_exec_credential(std::string_view text,
                                             const std::string& api_version) {
  const auto documents = parse_json(text);
  if (!documents) return failure(ErrorCode::kInvalidInput, documents.error().message);
  if (documents->size() != 1) {
    return failure(ErrorCode::kInvalidInput, "is not one JSON object");
  }
  Report report;
  const Field root(documents->front(), report);
  if (!root.require_map()) return failure(ErrorCode::kInvalidInput, "is not one JSON object");
  auto credential = read_credential(root, api_version);
  if (report.clean()) return credential;
  const auto& defect = report.defects.front();
  return failure(ErrorCode::kInvalidInput, defect.field + ' ' + defect.message);
}

}  // namespace portcullis::k8s
