#include "k8s-client/access/credentials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/support/process/temporary_directory.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::write_file;

ClusterAccess anonymous() {
  ClusterAccess access;
  access.server = "https://h";
  access.origin = "origin";
  return access;
}

std::string authorization(Credentials& credentials) {
  const auto identity = credentials.get();
  return identity ? identity->authorization : identity.error().message;
}

std::string authorization(const ClusterAccess& access) {
  Credentials credentials(access);
  return authorization(credentials);
}

TEST(Credentials, Nobody) { EXPECT_EQ(authorization(anonymous()), ""); }

TEST(Credentials, Basic) {
  auto access = anonymous();
  access.username = "Aladdin";
  access.password = "open sesame";
  EXPECT_EQ(authorization(access), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(Credentials, AServerWithoutTlsIsToldNothing) {
  auto access = anonymous();
  access.token.value = "t";
  EXPECT_EQ(authorization(access), "Bearer t");
  access.server = "http://h";
  EXPECT_EQ(authorization(access), "");
}

TEST(Credentials, TheSchemeOfAUrlMayBeInUpperCase) {
  auto access = anonymous();
  access.token.value = "t";
  access.server = "HTTPS://h";
  EXPECT_EQ(authorization(access), "Bearer t");
}

TEST(Credentials, ATokenFileIsFollowed) {
  const portcullis::test::TemporaryDirectory directory;
  auto access = anonymous();
  access.token.file = directory / "token";
  Credentials credentials(access);
  EXPECT_EQ(authorization(credentials),
            "origin: cannot read the token " + access.token.file + ": No such file or directory");
  write_file(access.token.file, "one\n");
  EXPECT_EQ(authorization(credentials), "Bearer one");
  write_file(access.token.file, " two \r\n");
  EXPECT_EQ(authorization(credentials), "Bearer two");
  write_file(access.token.file, "\n");
  EXPECT_EQ(authorization(credentials), "origin: the token is empty");
  write_file(access.token.file, "a\r\nImpersonate-User: root");
  EXPECT_EQ(authorization(credentials), "origin: the token has characters that no token may have");
}

TEST(Credentials, ATokenStandsInForItsFile) {
  auto access = anonymous();
  access.token = {"inline", "/nowhere/token"};
  EXPECT_EQ(authorization(access), "Bearer inline");
}

// A plugin that counts its runs, and prints the count as its token.
class PluginCredentials : public testing::Test {
 protected:
  PluginCredentials() {
    access_.exec = ExecPlugin{};
    access_.exec->command = "sh";
    access_.exec->arguments = {"-c", R"(echo . >> "$RUNS"; n=$(wc -l < "$RUNS"); printf '{"kind":
      "ExecCredential", "apiVersion": "%s", "status": {"token": "%s"%s}}' "$VERSION" "$n" "$MORE")"};
    access_.exec->api_version = "client.authentication.k8s.io/v1";
    access_.exec->environment = {{"RUNS", directory_ / "runs"},
                                 {"VERSION", access_.exec->api_version}};
  }

  void expires(const std::string& time) {
    access_.exec->environment.emplace_back("MORE", R"(, "expirationTimestamp": ")" + time + '"');
  }

  portcullis::test::TemporaryDirectory directory_;
  ClusterAccess access_ = anonymous();
};

TEST_F(PluginCredentials, AreKeptUntilRejected) {
  Credentials credentials(access_);
  EXPECT_EQ(authorization(credentials), "Bearer 1");
  EXPECT_EQ(authorization(credentials), "Bearer 1");
  credentials.reject();
  EXPECT_EQ(authorization(credentials), "Bearer 2");
  EXPECT_EQ(authorization(credentials), "Bearer 2");
}

TEST_F(PluginCredentials, AreKeptUntilTheyExpire) {
  expires("2999-01-01T00:00:00Z");
  Credentials credentials(access_);
  EXPECT_EQ(authorization(credentials), "Bearer 1");
  EXPECT_EQ(authorization(credentials), "Bearer 1");
}

TEST_F(PluginCredentials, AreRenewedWhenTheyHaveExpired) {
  expires("2001-01-01T00:00:00Z");
  Credentials credentials(access_);
  EXPECT_EQ(authorization(credentials), "Bearer 1");
  EXPECT_EQ(authorization(credentials), "Bearer 2");
}

TEST_F(PluginCredentials, OthersOfTheUserComeFirst) {
  access_.token.value = "t";
  EXPECT_EQ(authorization(access_), "Bearer t");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "runs"));
}

TEST_F(PluginCredentials, AreFetchedOnceForAllThreads) {
  Credentials credentials(access_);
  std::vector<std::string> results(8);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] { result = authorization(credentials); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(results, std::vector<std::string>(8, "Bearer 1"));
}

TEST_F(PluginCredentials, WhatFailsIsToldAndTriedAgain) {
  access_.exec->environment[1].second = "other/v1";
  Credentials credentials(access_);
  EXPECT_EQ(authorization(credentials),
            "origin: what the credential plugin sh printed: apiVersion is not "
            "client.authentication.k8s.io/v1, which the kubeconfig asks the plugin for");
  static_cast<void>(credentials.get());
  std::ifstream runs(directory_ / "runs");
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(runs), {}, '\n'), 2);
}

TEST_F(PluginCredentials, AreNotFetchedForACancelledRequest) {
  Credentials credentials(access_);
  const std::atomic<bool> cancelled = true;
  const auto identity = credentials.get(cancelled);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->authorization, "");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "runs"));
}

TEST_F(PluginCredentials, TakeTooLong) {
  access_.exec->arguments = {"-c", "exec sleep 1000"};
  Credentials credentials(access_, std::chrono::milliseconds(50));
  EXPECT_NE(authorization(credentials).find("origin: credential plugin: "), std::string::npos);
}

}  // namespace
}  // namespace portcullis::k8s
