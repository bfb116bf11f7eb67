#include "k8s-client/access/exec_credential.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

constexpr const char* kV1 = "client.authentication.k8s.io/v1";

std::string answer(const std::string& status) {
  return std::string(R"({"kind": "ExecCredential", "apiVersion": ")") + kV1 + R"(", "status": )" +
         status + "}\n";
}

std::string error_of(const std::string& text) {
  const auto credential = parse_exec_credential(text, kV1);
  return credential ? "none" : credential.error().message;
}

TEST(ExecCredential, AToken) {
  const auto credential = parse_exec_credential(
      answer(R"({"token": "t", "expirationTimestamp": "1970-01-01T00:01:00Z"})"), kV1);
  ASSERT_TRUE(credential) << credential.error().message;
  EXPECT_EQ(credential->token, "t");
  EXPECT_EQ(credential->certificate + credential->key, "");
  EXPECT_EQ(credential->expiration, 60);
}

TEST(ExecCredential, ACertificate) {
  const auto credential =
      parse_exec_credential(answer(R"({"clientCertificateData": "c", "clientKeyData": "k"})"), kV1);
  ASSERT_TRUE(credential) << credential.error().message;
  EXPECT_EQ(credential->certificate, "c");
  EXPECT_EQ(credential->key, "k");
  EXPECT_EQ(credential->expiration, std::nullopt);
}

TEST(ExecCredential, GosZeroTimeIsNoExpiry) {
  for (const auto* zero : {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"}) {
    const auto credential = parse_exec_credential(
        answer(R"({"token": "t", "expirationTimestamp": ")" + std::string(zero) + "\"}"), kV1);
    ASSERT_TRUE(credential) << credential.error().message;
    EXPECT_EQ(credential->expiration, std::nullopt) << zero;
  }
}

TEST(ExecCredential, WhatIsWrongIsNamedButNotRepeated) {
  EXPECT_EQ(error_of(""), "is not one JSON object");
  EXPECT_EQ(error_of("[]"), "is not one JSON object");
  EXPECT_EQ(error_of("secret").find("secret"), std::string::npos);
  EXPECT_EQ(error_of("{}"), "kind is not ExecCredential");
  EXPECT_EQ(error_of(R"({"kind": "ExecCredential"})"),
            "apiVersion is not client.authentication.k8s.io/v1, which the kubeconfig asks the "
            "plugin for");
  EXPECT_EQ(error_of(answer("null")), "status has neither a token nor a client certificate");
  EXPECT_EQ(error_of(answer(R"({"clientKeyData": "k"})")),
            "status has only one of clientCertificateData and clientKeyData");
  EXPECT_EQ(error_of(answer(R"({"token": "t", "expirationTimestamp": "tomorrow"})")),
            "status.expirationTimestamp is not an RFC 3339 time");
}

TEST(ExecCredential, WhatThePluginIsTold) {
  ClusterAccess access;
  access.server = "https://h";
  access.exec = ExecPlugin{};
  access.exec->api_version = kV1;
  EXPECT_EQ(exec_info(access, "ca"),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"interactive":false}})");
  access.exec->wants_cluster_info = true;
  access.tls_server_name = "n\"";
  access.proxy = "http://p";
  access.exec_config = R"({"a":[1]})";
  EXPECT_EQ(exec_info(access, "ca"),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"interactive":false,"cluster":{"server":"https://h",)"
            R"("tls-server-name":"n\"","certificate-authority-data":"Y2E=",)"
            R"("proxy-url":"http://p","config":{"a":[1]}}}})");
}

}  // namespace
}  // namespace portcullis::k8s
