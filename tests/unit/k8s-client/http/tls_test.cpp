#include "k8s-client/http/tls.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/k8s-client/http/request.h"
#include "tests/unit/k8s-client/http/test_server.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::CertificateAuthority;
using portcullis::test::TemporaryDirectory;
using portcullis::test::write_file;
using test::request;
using test::TestServer;

ClusterAccess access_to(const std::string& server, const std::string& ca) {
  ClusterAccess access;
  access.server = server;
  access.ca.value = ca;
  access.origin = "kubeconfig k.conf, context a";
  return access;
}

class Tls : public testing::Test {
 protected:
  std::string ca() const { return authority_.certificate(); }

  CertificateAuthority authority_;
};

TEST_F(Tls, TheRightAuthorityAndName) {
  const TestServer server(authority_.issue_server({"localhost"}));
  const auto answer = request(access_to(server.url("localhost"), ca()));
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(server.last().server_name, "localhost");
  EXPECT_EQ(server.last().target, "/version");
}

TEST_F(Tls, AnAddressIsNoNameToAskFor) {
  const TestServer server(authority_.issue_server({"127.0.0.1"}));
  const auto answer = request(access_to(server.url("127.0.0.1"), ca()));
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(server.last().server_name, "");
}

TEST_F(Tls, AnIpv6Address) {
  const TestServer server(authority_.issue_server({"::1"}), {}, "::1");
  const auto answer = request(access_to(server.url("[::1]"), ca()));
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(server.last().field("Host"), "[::1]:" + std::to_string(server.port()));
}

TEST_F(Tls, AnotherNameThanTheHosts) {
  const TestServer server(authority_.issue_server({"kubernetes.default.svc"}));
  auto access = access_to(server.url("127.0.0.1"), ca());
  access.tls_server_name = "kubernetes.default.svc";
  const auto answer = request(access);
  EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  EXPECT_EQ(server.last().server_name, "kubernetes.default.svc");
}

struct Bad {
  const char* name;
  portcullis::test::Certificate certificate;
  const char* reason;
};

TEST_F(Tls, RefusesWhatIsNotTheServer) {
  const CertificateAuthority other("Other CA");
  const CertificateAuthority impostor;  // goes by the same name
  const auto expired = std::chrono::hours(-2);
  const Bad cases[] = {
      {"another authority", other.issue_server({"localhost"}), "not trusted: issuer CN=Other CA;"},
      {"an impostor", impostor.issue_server({"localhost"}),
       "not trusted: issuer CN=Test CA (its signature does not match);"},
      {"another name", authority_.issue_server({"example.org"}),
       "it names DNS:example.org, not localhost"},
      {"an address's", authority_.issue_server({"127.0.0.1"}),
       "it names IP Address:127.0.0.1, not localhost"},
      {"only a common name", authority_.issue({"localhost", {}, {}}),
       "it names nothing, not localhost"},
      {"expired",
       authority_.issue({"s", {}, {"localhost"}, expired, expired + std::chrono::hours(1)}),
       "certificate expired on "},
      {"not yet valid",
       authority_.issue({"s", {}, {"localhost"}, std::chrono::hours(1), std::chrono::hours(2)}),
       "certificate not valid before "},
      {"self-signed", portcullis::test::self_signed({"s", {}, {"localhost"}}),
       "not trusted: issuer CN=s (self-signed);"},
  };
  for (const auto& [name, certificate, reason] : cases) {
    const TestServer server(certificate);
    const auto answer = request(access_to(server.url("localhost"), ca()));
    EXPECT_EQ(answer.status, 0) << name;
    EXPECT_NE(answer.refusal.find(reason), std::string::npos) << name << ": " << answer.refusal;
    EXPECT_EQ(server.last().target, "") << name;
  }
}

TEST_F(Tls, RefusesAnotherAddress) {
  const TestServer server(authority_.issue_server({"127.0.0.2", "localhost"}));
  const auto answer = request(access_to(server.url("127.0.0.1"), ca()));
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.refusal.find("not 127.0.0.1"), std::string::npos) << answer.refusal;
}

// The host's own name does not replace the expected one.
TEST_F(Tls, RefusesTheHostsNameIfAnotherIsDemanded) {
  const TestServer server(authority_.issue_server({"localhost"}));
  auto access = access_to(server.url("localhost"), ca());
  access.tls_server_name = "kubernetes";
  EXPECT_EQ(request(access).status, 0);
  EXPECT_EQ(server.last().target, "");
}

// An authority of the system is not an authority of the cluster.
TEST_F(Tls, TheSystemsAuthoritiesAreTrustedOnlyIfNoneIsGiven) {
  const TemporaryDirectory directory;
  write_file(directory / "system.crt", ca());
  setenv("SSL_CERT_FILE", (directory / "system.crt").c_str(), 1);
  const TestServer server(authority_.issue_server({"localhost"}));
  EXPECT_EQ(request(access_to(server.url("localhost"), "")).status, 200);
  const CertificateAuthority clusters("Cluster CA");
  const auto answer = request(access_to(server.url("localhost"), clusters.certificate()));
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.refusal.find("not trusted: issuer CN=Test CA;"), std::string::npos)
      << answer.refusal;
}

TEST_F(Tls, AServersOwnCertificateMayBeTheAuthority) {
  for (const auto& certificate : {portcullis::test::self_signed({"s", {}, {"localhost"}}),
                                  authority_.issue_server({"localhost"})}) {
    const TestServer server(certificate);
    const auto answer = request(access_to(server.url("localhost"), certificate.certificate));
    EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
  }
}

TEST_F(Tls, RotatedFilesAreFollowed) {
  const TemporaryDirectory directory;
  const TestServer server(authority_.issue_server({"localhost"}), ca());
  auto access = access_to(server.url("localhost"), "");
  access.ca.file = directory / "ca.crt";
  access.client_certificate.file = directory / "client.crt";
  access.client_key.file = directory / "client.key";
  access.token.file = directory / "token";
  write_file(access.ca.file, ca());
  Credentials credentials(access);
  for (const std::string round : {"first", "second"}) {
    const auto client = authority_.issue_client(round);
    write_file(access.client_certificate.file, client.certificate);
    write_file(access.client_key.file, client.key);
    write_file(access.token.file, round + '\n');
    const auto answer = request(access, credentials);
    EXPECT_EQ(answer.status, 200) << answer.error << answer.refusal;
    EXPECT_EQ(server.last().client, round);
    EXPECT_EQ(server.last().field("Authorization"), "Bearer " + round);
  }
  write_file(access.ca.file, CertificateAuthority().certificate());
  EXPECT_EQ(request(access, credentials).status, 0);
}

// An error in the library's callback must not lose its message on the way.
TEST_F(Tls, BadPemIsNamed) {
  const auto client = authority_.issue_client("a");
  const auto other = authority_.issue_client("b");
  struct Case {
    std::string ca, certificate, key, message;
  };
  const Case cases[] = {
      {"no PEM", client.certificate, client.key, "the certificate authority cannot be used: "},
      {ca(), "no PEM", client.key, "the client certificate cannot be used: "},
      {ca(), client.certificate, "no PEM", "the client key cannot be used: "},
      {ca(), client.certificate, other.key, "key values mismatch"},
  };
  const TestServer server(authority_.issue_server({"localhost"}));
  for (const auto& bad : cases) {
    auto access = access_to(server.url("localhost"), bad.ca);
    access.client_certificate.value = bad.certificate;
    access.client_key.value = bad.key;
    const auto answer = request(access);
    EXPECT_EQ(answer.error.find("kubeconfig k.conf, context a: the c"), 0U) << answer.error;
    EXPECT_NE(answer.error.find(bad.message), std::string::npos) << answer.error;
  }
}

TEST_F(Tls, AMissingFileIsNamed) {
  auto access = access_to("https://localhost:1", "");
  access.ca.file = "/nowhere/ca.crt";
  EXPECT_EQ(request(access).error,
            "kubeconfig k.conf, context a: cannot read the certificate authority /nowhere/ca.crt: "
            "No such file or directory");
}

}  // namespace
}  // namespace portcullis::k8s
