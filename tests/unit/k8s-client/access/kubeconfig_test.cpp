#include "k8s-client/access/kubeconfig.h"

#include <gtest/gtest.h>

#include "tests/support/process/temporary_directory.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::write_file;

constexpr const char* kWhole = R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: here
contexts:
- name: there
  context: {cluster: far, user: nobody}
- name: here
  context: {cluster: near, user: me, namespace: default}
clusters:
- name: far
  cluster: {server: https://far.example/}
- name: near
  cluster:
    server: https://near.example:6443/prefix/
    certificate-authority-data: |
      Y2EgcGV
      t
    tls-server-name: kubernetes
    proxy-url: socks5://proxy:1080
    unknown: 1
users:
- name: nobody
  user: {}
- name: me
  user:
    client-certificate: pki/me.crt
    client-key-data: a2V5IHBlbQ==
    token: abc
    tokenFile: ../token
)";

class Kubeconfig : public testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text) const {
    const auto file = directory_ / name;
    write_file(file, text);
    return file;
  }

  // The error of a file with this text, without the file's directory.
  std::string error_of(std::string_view text, const std::string& context = "") const {
    const auto access = read_kubeconfig({write("config", text)}, context);
    if (access) return "none";
    auto message = access.error().message;
    const auto directory = directory_ / "";
    for (auto at = message.find(directory); at != std::string::npos; at = message.find(directory)) {
      message.erase(at, directory.size());
    }
    return message;
  }

  portcullis::test::TemporaryDirectory directory_;
};

TEST_F(Kubeconfig, TheCurrentContext) {
  const auto file = write("config", kWhole);
  const auto access = read_kubeconfig({file}, "");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://near.example:6443/prefix");
  EXPECT_EQ(access->ca.value, "ca pem");
  EXPECT_EQ(access->ca.file, "");
  EXPECT_EQ(access->tls_server_name, "kubernetes");
  EXPECT_EQ(access->proxy, "socks5://proxy:1080");
  EXPECT_EQ(access->client_certificate.file, directory_ / "pki/me.crt");
  EXPECT_EQ(access->client_key.value, "key pem");
  EXPECT_EQ(access->token.value, "abc");
  EXPECT_EQ(access->token.file, directory_.path().parent_path() / "token");
  EXPECT_EQ(access->origin, "kubeconfig " + file + ", context here");
  EXPECT_FALSE(access->exec);
}

TEST_F(Kubeconfig, AnotherContext) {
  const auto access = read_kubeconfig({write("config", kWhole)}, "there");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://far.example");
  EXPECT_TRUE(access->ca.empty());
  EXPECT_TRUE(access->token.empty());
}

TEST_F(Kubeconfig, Json) {
  const auto access = read_kubeconfig({write("config", R"({
	"current-context": "a",
	"contexts": [{"name": "a", "context": {"cluster": "a"}}],
	"clusters": [{"name": "a", "cluster": {"server": "https://[fd00::1]:6443"}}]})")},
                                      "");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://[fd00::1]:6443");
}

TEST_F(Kubeconfig, DataWinsOverFiles) {
  const auto access = read_kubeconfig({write("config", R"(
current-context: a
contexts: [{name: a, context: {cluster: a}}]
clusters:
- name: a
  cluster: {server: "https://a", certificate-authority: ca.crt, certificate-authority-data: Y2E=}
)")},
                                      "");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->ca.value, "ca");
  EXPECT_EQ(access->ca.file, "");
}

TEST_F(Kubeconfig, AServerWithoutAScheme) {
  for (const auto& [ca, scheme] :
       {std::pair("", "http://"), std::pair(", certificate-authority: c", "https://")}) {
    const auto access =
        read_kubeconfig({write("config",
                               "contexts: [{name: a, context: {cluster: a}}]\n"
                               "clusters: [{name: a, cluster: {server: '127.0.0.1:80'" +
                                   std::string(ca) + "}}]\n")},
                        "a");
    ASSERT_TRUE(access) << access.error().message;
    EXPECT_EQ(access->server, std::string(scheme) + "127.0.0.1:80");
  }
}

TEST_F(Kubeconfig, TheFirstFileWins) {
  const auto first = write("first", R"(
clusters:
- name: a
  cluster: {server: https://first}
)");
  std::filesystem::create_directory(directory_ / "sub");
  const auto second = write("sub/second", R"(
current-context: c
contexts:
- name: c
  context: {cluster: a, user: u}
clusters:
- name: a
  cluster: {server: https://second, tls-server-name: second}
users:
- name: u
  user: {tokenFile: token}
)");
  const auto third = write("third", "current-context: d\nusers: [{name: u, user: {token: x}}]\n");
  const auto access = read_kubeconfig({directory_ / "missing", first, second, third}, "");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://first");
  EXPECT_EQ(access->tls_server_name, "") << "two entries are not combined";
  EXPECT_EQ(access->token.file, directory_ / "sub/token");
  EXPECT_EQ(access->token.value, "");
}

TEST_F(Kubeconfig, MissingFiles) {
  const auto one = read_kubeconfig({"/nowhere/config"}, "");
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(one.error().message,
            "cannot read the kubeconfig /nowhere/config: No such file or directory");
  const auto several = read_kubeconfig({"/nowhere/a", "/nowhere/b"}, "");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().message, "none of the kubeconfig files exists");
  const auto directory = read_kubeconfig({directory_.path(), "/nowhere/b"}, "");
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("Is a directory"), std::string::npos);
}

TEST_F(Kubeconfig, WhatIsNotThereIsNamed) {
  EXPECT_EQ(error_of(""), "config: current-context is missing; add it or name a context");
  EXPECT_EQ(error_of("current-context: a\n"), "config: contexts has no entry named \"a\"");
  EXPECT_EQ(error_of("contexts: [{name: a}]\n", "a"),
            "config:1: contexts[0].context.cluster is missing; name one of clusters");
  EXPECT_EQ(error_of("contexts: [{name: a, context: {cluster: b}}]\n", "a"),
            "config: clusters has no entry named \"b\"");
  EXPECT_EQ(error_of("contexts: [{name: a, context: {cluster: b, user: c}}]\n"
                     "clusters: [{name: b, cluster: {server: 'https://h'}}]\n",
                     "a"),
            "config: users has no entry named \"c\"");
}

TEST_F(Kubeconfig, WhatIsMalformedIsNamed) {
  EXPECT_EQ(error_of("- a\n"), "config:1: is a list, but must be a mapping");
  EXPECT_EQ(error_of("kind: Pod\n"), "config:1: kind is \"Pod\"; a kubeconfig is a Config");
  EXPECT_EQ(error_of("current-context: 5\n"),
            "config:1: current-context is a number, but must be a string (put it in quotes)");
  EXPECT_EQ(error_of("contexts: {}\n", "a"), "config:1: contexts is a mapping, but must be a list");
  EXPECT_NE(error_of("a: [\n").find("config:"), std::string::npos);
  EXPECT_NE(error_of("{\"a\": 1").find("is not JSON"), std::string::npos);
}

TEST_F(Kubeconfig, WhatIsWrongWithAClusterIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "server is missing; give the URL of the API server"},
      {"{server: 5}", "server is a number, but must be a string (put it in quotes)"},
      {"{server: 'ftp://h'}", "server is \"ftp://h\", which is not an https:// or http:// URL"},
      {"{server: 'http://10.0.0.1'}",
       "server is \"http://10.0.0.1\", which is not encrypted: anyone on the way could change the "
       "policies; use https:// and give certificate-authority (http:// is for this host only)"},
      {"{server: 'localhost.example:80'}",
       "server is \"localhost.example:80\", which is not encrypted: anyone on the way could change "
       "the policies; use https:// and give certificate-authority (http:// is for this host only)"},
      {"{server: 'https://'}", "server is \"https://\", which is not an https:// or http:// URL"},
      {"{server: 'https://h:port'}",
       "server is \"https://h:port\", which is not an https:// or http:// URL"},
      {"{server: 'https://h:70000'}",
       "server is \"https://h:70000\", which is not an https:// or http:// URL"},
      {"{server: 'https://h?a=b'}",
       "server has a query, a fragment or a user; only a host, a port and a path may be there"},
      {"{server: 'https://h', proxy-url: 'h:80'}",
       "proxy-url is not an http://, https:// or socks5:// URL"},
      {"{server: 'https://h', certificate-authority-data: '%'}",
       "certificate-authority-data is not base64"},
      {"{server: 'https://h', insecure-skip-tls-verify: true}",
       "insecure-skip-tls-verify is true, but the server is always verified; remove it and give "
       "certificate-authority, and tls-server-name if the certificate is for another name"},
  };
  for (const auto& [cluster, message] : cases) {
    EXPECT_EQ(error_of("contexts: [{name: a, context: {cluster: b}}]\n"
                       "clusters:\n- name: b\n  cluster: " +
                           std::string(cluster) + "\n",
                       "a"),
              std::string("config:4: clusters[0].cluster.") + message);
  }
}

}  // namespace
}  // namespace portcullis::k8s
