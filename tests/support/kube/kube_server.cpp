#include "tests/support/kube/kube_server.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "k8s-client/access/base64.h"
#include "tests/support/kube/command_lines.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kLoopback = "127.0.0.1";
constexpr const char* kAdminToken = "token-of-admin";

std::string without_information(const std::string& log) {
  std::istringstream lines(log);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('I')) kept += line + '\n';
  }
  return kept;
}

}  // namespace

KubeServer::KubeServer(const KubeAssets& assets, const NetworkNamespace& network,
                       std::string address, std::vector<std::string> flags)
    : assets_(assets),
      network_(network),
      address_(std::move(address)),
      flags_(std::move(flags)),
      api_(api_setup()) {
  const auto server =
      authority_.issue_server({kLoopback, address_, kServiceAddress, kServiceAddressV6});
  write_file(directory_ / "ca.crt", authority_.certificate());
  write_file(directory_ / "server.crt", server.certificate);
  write_file(directory_ / "server.key", server.key);
  write_file(directory_ / "tokens.csv",
             std::string(kAdminToken) + ",admin,admin,\"system:masters\"\n");
  write_kubeconfig("admin", {{"token", kAdminToken}});
  start_etcd();
  start_api_server();
}

ApiClient::Setup KubeServer::api_setup() const {
  return {&network_, kLoopback, kPort, directory_ / "ca.crt", kAdminToken};
}

void KubeServer::start_etcd() {
  etcd_.reset();
  etcd_.emplace(ChildSetup{command_line_of_etcd(assets_, directory_.path()), {}, &network_, ""});
}

void KubeServer::start_api_server(const std::vector<std::string>& more) {
  auto line = command_line_of_api_server(assets_, directory_.path(), kPort);
  line.insert(line.end(), flags_.begin(), flags_.end());
  line.insert(line.end(), more.begin(), more.end());
  api_server_.reset();
  api_server_.emplace(ChildSetup{line, {}, &network_, ""});
}

void KubeServer::save_storage() const {
  std::filesystem::copy(directory_ / "etcd", directory_ / "backup",
                        std::filesystem::copy_options::recursive);
}

void KubeServer::restore_storage() const {
  std::filesystem::remove_all(directory_ / "etcd");
  std::filesystem::rename(directory_ / "backup", directory_ / "etcd");
}

bool KubeServer::becomes_ready(std::chrono::seconds deadline) {
  // It creates the first namespace shortly after it reports ready.
  return wait_until(
      [&] {
        return api_.get("/readyz").status == 200 &&
               api_.get("/api/v1/namespaces/default").status == 200;
      },
      deadline);
}

HttpAnswer KubeServer::ask_etcd(const std::string& path, const std::string& question) const {
  HttpAnswer answer;
  network_.run([&] { answer = http_post(kLoopback, kEtcdPort, path, question); });
  return answer;
}

bool KubeServer::compact() {
  const auto status = ask_etcd("/v3/maintenance/status", "{}");
  if (status.status != 200) return false;
  const Json question = {{"revision", Json::parse(status.body).at("header").at("revision")},
                         {"physical", true}};
  return ask_etcd("/v3/kv/compaction", question.dump()).status == 200;
}

std::string KubeServer::stored(const std::string& key) const {
  const Json question = {{"key", k8s::encode_base64(key)}};
  const auto answer = Json::parse(ask_etcd("/v3/kv/range", question.dump()).body);
  if (!answer.contains("kvs")) return "";
  return k8s::decode_base64(answer.at("kvs").at(0).at("value").get<std::string>()).value_or("");
}

Finished KubeServer::kubectl(const std::vector<std::string>& arguments,
                             const std::string& input) const {
  return kubectl_as(directory_ / "admin", arguments, input);
}

Finished KubeServer::kubectl_as(const std::string& kubeconfig,
                                const std::vector<std::string>& arguments,
                                const std::string& input) const {
  ChildSetup setup{{assets_.kubectl, "--kubeconfig", kubeconfig},
                   {"HOME=" + directory_.path().string()},  // of its cache
                   &network_,
                   input};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(setup);
}

Result<std::string> KubeServer::kubeconfig_of(const std::string& ns, const std::string& account) {
  const auto answer =
      api_.request("POST", "/api/v1/namespaces/" + ns + "/serviceaccounts/" + account + "/token",
                   R"({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"})");
  if (answer.status != 201) {
    return failure(ErrorCode::kIo, "no token for " + ns + "/" + account + ": " + answer.body);
  }
  const std::string token = Json::parse(answer.body).at("status").at("token");
  return write_kubeconfig(ns + "." + account, {{"token", token}});
}

std::string KubeServer::kubeconfig_by_certificate(const std::string& user,
                                                  const std::vector<std::string>& groups) const {
  const auto client = authority_.issue_client(user, groups);
  const std::string certificate = directory_ / (user + ".crt");
  const std::string key = directory_ / (user + ".key");
  write_file(certificate, client.certificate);
  write_file(key, client.key);
  return write_kubeconfig(user, {{"client-certificate", certificate}, {"client-key", key}});
}

std::string KubeServer::write_kubeconfig(const std::string& name, const Credentials& user) const {
  const std::string server = "https://" + address_ + ":" + std::to_string(kPort);
  const Json cluster = {{"server", server}, {"certificate-authority", directory_ / "ca.crt"}};
  const Json context = {{"cluster", "test"}, {"user", "test"}};
  const Json config = {
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters", {{{"name", "test"}, {"cluster", cluster}}}},
      {"users", {{{"name", "test"}, {"user", user}}}},
      {"contexts", {{{"name", "test"}, {"context", context}}}},
      {"current-context", "test"},
  };
  write_file(directory_ / name, config.dump(2));
  return directory_ / name;
}

std::string KubeServer::log() const {
  return "etcd:\n" + (etcd_ ? etcd_->err() : "") + "\nkube-apiserver:\n" +
         (api_server_ ? without_information(api_server_->err()) : "");
}

}  // namespace portcullis::test
