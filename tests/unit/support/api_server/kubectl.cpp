#include "tests/unit/support/api_server/kubectl.h"

#include <utility>

namespace portcullis::test::api {

bool Kubectl::installed() {
  return run_to_end({{"kubectl", "version", "--client"}, {}, nullptr, ""}).code == 0;
}

Kubectl::Kubectl(const std::string& url) : Kubectl(url, Credentials{}) {}

Kubectl::Kubectl(const std::string& url, const Credentials& credentials) {
  const auto file = [&](const char* name, const std::string& text) {
    write_file(directory_ / name, text);
    return directory_ / name;
  };
  std::string cluster = "{server: \"" + url + "\"";
  std::string user = "{";
  if (!credentials.authority.empty()) {
    cluster += ", certificate-authority: " + file("ca.pem", credentials.authority);
  }
  if (!credentials.token.empty()) user += "token: " + credentials.token;
  if (!credentials.certificate.empty()) {
    user += "client-certificate: " + file("client.pem", credentials.certificate) +
            ", client-key: " + file("client.key", credentials.key);
  }
  write_file(directory_ / "config",
             "apiVersion: v1\nkind: Config\ncurrent-context: test\n"
             "clusters: [{name: test, cluster: " +
                 cluster +
                 "}}]\n"
                 "users: [{name: test, user: " +
                 user +
                 "}}]\n"
                 "contexts: [{name: test, context: {cluster: test, user: test}}]\n");
}

ChildSetup Kubectl::setup(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), "kubectl");
  return {std::move(arguments),
          {"KUBECONFIG=" + (directory_ / "config"), "HOME=" + directory_.path().string()},
          nullptr,
          input};
}

Finished Kubectl::run(std::vector<std::string> arguments, const std::string& input) const {
  return run_to_end(setup(std::move(arguments), input));
}

ChildProcess Kubectl::start(std::vector<std::string> arguments) const {
  return ChildProcess(setup(std::move(arguments), ""));
}

}  // namespace portcullis::test::api
