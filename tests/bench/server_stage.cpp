#include "tests/bench/server_stage.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace portcullis::bench {
namespace {

using Json = nlohmann::json;

constexpr const char* kToken = "bench";

std::string kubeconfig_text(const std::string& url, const std::string& ca_file) {
  const Json cluster = {{"server", url}, {"certificate-authority", ca_file}};
  const Json context = {{"cluster", "bench"}, {"user", "bench"}};
  return Json{{"apiVersion", "v1"},
              {"kind", "Config"},
              {"clusters", {{{"name", "bench"}, {"cluster", cluster}}}},
              {"users", {{{"name", "bench"}, {"user", {{"token", kToken}}}}}},
              {"contexts", {{{"name", "bench"}, {"context", context}}}},
              {"current-context", "bench"}}
      .dump();
}

}  // namespace

ServerStage::ServerStage(test::NetworkNamespace netns, std::size_t history)
    : network_(std::move(netns)) {
  network_.run([&] {
    test::bring_loopback_up();
    const auto mine = authority_.issue_server({"127.0.0.1"});
    server_.emplace(test::api::Setup{
        .tls = test::api::Tls{mine.certificate, mine.key}, .tokens = {kToken}, .history = history});
  });
  const auto ca_file = directory_ / "ca.crt";
  test::write_file(ca_file, authority_.certificate());
  test::write_file(kubeconfig(), kubeconfig_text(server_->url(), ca_file));
}

test::ApiClient::Setup ServerStage::api_setup() const {
  return {&network_, "127.0.0.1", server_->port(), directory_ / "ca.crt", kToken};
}

}  // namespace portcullis::bench
