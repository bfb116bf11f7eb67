#include "tests/e2e/api_node.h"

#include <nlohmann/json.hpp>

namespace portcullis::test {
namespace {

constexpr std::chrono::seconds kPatience(60);

}  // namespace

void ApiNode::SetUp() {
  Node::SetUp();
  if (IsSkipped()) return;
  const auto issued = authority_.issue_server({"127.0.0.1"});
  network_->run([&] {
    server_ = std::make_unique<api::Server>(
        api::Setup{.tls = api::Tls{issued.certificate, issued.key}, .tokens = {"good"}});
  });
  write_file(directory_ / "ca.crt", authority_.certificate());
  server_->apply("kind: Namespace\nmetadata: {name: default}\n---\n" +
                 pod_manifest("web", "10.0.0.1"));
}

std::string ApiNode::kubeconfig(const std::string& token) const {
  std::string path = directory_ / ("kubeconfig-" + token);
  write_file(path,
             "clusters: [{name: c, cluster: {server: '" + server_->url() +
                 "', certificate-authority: ca.crt}}]\nusers: [{name: u, user: {token: " + token +
                 "}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
                 "current-context: x\n");
  return path;
}

void ApiNode::start_daemon() {
  daemon_.reset();
  daemon_ = std::make_unique<ChildProcess>(
      ChildSetup{{PORTCULLIS_BINARY, "run", "--kubeconfig", kubeconfig(), "--node-name", "node",
                  "--socket", socket_, "--snapshot", snapshot_},
                 {},
                 &*network_,
                 ""});
}

bool ApiNode::node_becomes_ready() const {
  return wait_until([&] { return get("/readyz").status == 200; }, kPatience);
}

bool ApiNode::kernel_follows_server() const {
  nlohmann::json list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", nlohmann::json::array()}};
  for (const auto resource : api::kResources) {
    for (auto& object : server_->objects(resource)) list["items"].push_back(std::move(object));
  }
  write("all.json", list.dump());
  const std::string wanted = compiled();
  return !wanted.empty() && wait_until([&] { return dumped() == wanted; }, kPatience);
}

}  // namespace portcullis::test
