#include "k8s-client/http/http_exchange.h"

#include <gtest/gtest.h>

#include "tests/unit/k8s-client/http/request.h"
#include "tests/unit/k8s-client/http/test_proxy.h"
#include "tests/unit/k8s-client/http/test_server.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::CertificateAuthority;
using test::request;
using test::TestProxy;
using test::TestServer;

TEST(HttpRequest, WithoutTlsNoCredentialIsSent) {
  const TestServer server(std::nullopt);
  ClusterAccess access;
  access.server = server.url("127.0.0.1");
  access.token.value = "secret";
  const auto answer = request(access);
  EXPECT_EQ(answer.status, 200) << answer.error;
  EXPECT_EQ(server.last().field("Authorization"), "");
  EXPECT_EQ(server.last().field("Host"), "127.0.0.1:" + std::to_string(server.port()));
}

// As in the URL (RFC 9110, section 7.2): a gateway may know the server by exactly that name.
TEST(HttpRequest, TheHostHasAPortOnlyWhereTheUrlHas) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://api.example", "api.example"},
      {"https://api.example/prefix", "api.example"},
      {"https://api.example:443", "api.example:443"},
      {"https://api.example:6443", "api.example:6443"},
      {"https://[fd00::1]", "[fd00::1]"},
      {"https://[fd00::1]:6443", "[fd00::1]:6443"},
  };
  for (const auto& [server, host] : cases) {
    ClusterAccess access;
    access.server = server;
    EXPECT_EQ(header_fields(access, {}), (HeaderFields{{"Host", host}})) << server;
  }
}

TEST(HttpRequest, RetryAfterIsInSecondsAndLimited) {
  using std::chrono::seconds;
  const std::pair<const char*, std::optional<seconds>> cases[] = {
      {"0", seconds(0)},
      {"5", seconds(5)},
      {"301", seconds(300)},
      {"99999999999999999999", seconds(300)},
      {"-5", std::nullopt},
      {"-99999999999999999999", std::nullopt},
      {"", std::nullopt},
      {"5 s", std::nullopt},
      {"99999999999999999999 s", std::nullopt},
      {"Fri, 31 Dec 1999 23:59:59 GMT", std::nullopt}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_retry_after(text), expected) << text;
}

TEST(HttpRequest, AnIpv6AddressWithoutTls) {
  const TestServer server(std::nullopt, {}, "::1");
  ClusterAccess access;
  access.server = server.url("[::1]") + "/prefix";
  const auto answer = request(access);
  EXPECT_EQ(answer.status, 200) << answer.error;
  EXPECT_EQ(server.last().target, "/prefix/version");
  EXPECT_EQ(server.last().field("Host"), "[::1]:" + std::to_string(server.port()));
}

TEST(HttpRequest, ImpersonationIsOneLineAValue) {
  const TestServer server(std::nullopt);
  ClusterAccess access;
  access.server = server.url("127.0.0.1");
  access.impersonation = {{"Impersonate-User", "jane, the second"},
                          {"Impersonate-Group", "a, b"},
                          {"Impersonate-Group", "c"}};
  const auto answer = request(access);
  EXPECT_EQ(answer.status, 200) << answer.error;
  const auto seen = server.last();
  EXPECT_EQ(seen.field("Impersonate-User"), "jane, the second");
  const auto [first, end] = seen.header.equal_range("Impersonate-Group");
  ASSERT_EQ(std::distance(first, end), 2);
  EXPECT_EQ(first->second, "a, b");
  EXPECT_EQ(std::next(first)->second, "c");
}

// Only the proxy can resolve the server's name.
class ProxiedCluster : public testing::Test {
 protected:
  ProxiedCluster() {
    access_.server = "https://api.portcullis.test:6443";
    access_.ca.value = authority_.certificate();
    access_.origin = "kubeconfig k.conf, context a";
  }

  CertificateAuthority authority_;
  TestServer server_{authority_.issue_server({"api.portcullis.test"})};
  TestProxy proxy_{server_.port()};
  ClusterAccess access_;
};

TEST_F(ProxiedCluster, IsReachedThroughATunnel) {
  const auto answer = request(access_, {{"HTTPS_PROXY", "http://me:p%40ss@" + proxy_.authority()}});
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(server_.last().server_name, "api.portcullis.test");
  ASSERT_EQ(proxy_.heads().size(), 1U);
  const auto head = proxy_.heads().front();
  EXPECT_EQ(head.find("CONNECT api.portcullis.test:6443 HTTP/1.1\r\n"), 0U) << head;
  EXPECT_NE(head.find("Proxy-Authorization: Basic bWU6cEBzcw==\r\n"), std::string::npos) << head;
}

TEST_F(ProxiedCluster, ProxyUrlWinsOverTheEnvironment) {
  access_.proxy = "http://" + proxy_.authority();
  const auto answer = request(access_, {{"HTTPS_PROXY", "http://127.0.0.1:1"}, {"NO_PROXY", "*"}});
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(proxy_.heads().size(), 1U);
}

TEST_F(ProxiedCluster, NoProxyAvoidsIt) {
  const Environment environment{{"HTTPS_PROXY", "http://" + proxy_.authority()},
                                {"NO_PROXY", ".portcullis.test"}};
  EXPECT_EQ(request(access_, environment).error.rfind("cannot resolve api.portcullis.test", 0), 0U);
  EXPECT_TRUE(proxy_.heads().empty());
}

TEST_F(ProxiedCluster, IsVerifiedThroughATunnel) {
  access_.proxy = "http://" + proxy_.authority();
  access_.tls_server_name = "other.test";
  const auto answer = request(access_);
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.refusal.find("not other.test"), std::string::npos) << answer.refusal;
}

TEST_F(ProxiedCluster, WhatGoesWrongInATunnelKeepsItsWords) {
  access_.proxy = "http://" + proxy_.authority();
  access_.ca.value = "no PEM";
  const auto answer = request(access_);
  EXPECT_NE(answer.error.find("the certificate authority cannot be used"), std::string::npos)
      << answer.error;
}

// Otherwise anyone on the way to the proxy could answer in the server's place, as none of this is
// protected by TLS.
TEST_F(ProxiedCluster, NothingIsBelievedThatTheProxySaysItself) {
  for (const std::string added : {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", "x"}) {
    const TestProxy proxy(server_.port(), added);
    access_.proxy = "http://" + proxy.authority();
    const auto answer = request(access_);
    EXPECT_EQ(answer.status, 0) << answer.body;
    EXPECT_EQ(answer.error, "the proxy sent data of its own into the tunnel");
    EXPECT_EQ(server_.last().target, "");
  }
}

TEST_F(ProxiedCluster, AFaultOfTheProxyIsNotTheServers) {
  const TestServer no_proxy(authority_.issue_server({"proxy"}));  // which expects TLS
  access_.proxy = "http://127.0.0.1:" + std::to_string(no_proxy.port());
  EXPECT_EQ(request(access_).error, "connection closed by the proxy");
}

TEST_F(ProxiedCluster, OtherProxiesAreRefused) {
  for (const std::string scheme : {"socks5", "https"}) {
    access_.proxy = scheme + "://me:secret@proxy:1234";
    EXPECT_EQ(request(access_).error,
              "kubeconfig k.conf, context a: the proxy " + scheme +
                  "://proxy:1234 cannot be used: only http:// proxies are supported; change "
                  "proxy-url or HTTPS_PROXY, or add the server to NO_PROXY");
  }
}

}  // namespace
}  // namespace portcullis::k8s
