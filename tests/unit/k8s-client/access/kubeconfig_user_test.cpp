#include <gtest/gtest.h>

#include "k8s-client/access/kubeconfig.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::write_file;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class KubeconfigUser : public testing::Test {
 protected:
  // `user` is the value of users[1].user, in YAML, from line 6.
  Result<ClusterAccess> read(const std::string& user) const {
    const auto file = directory_ / "config";
    write_file(file,
               "current-context: a\n"
               "contexts: [{name: a, context: {cluster: b, user: c}}]\n"
               "clusters: [{name: b, cluster: {server: 'https://h', extensions: [{name: "
               "client.authentication.k8s.io/exec, extension: {a: [1, \"x\"]}}]}}]\n"
               "users:\n- {name: other}\n- {name: c, user: " +
                   user + "}\n");
    return read_kubeconfig({file}, "");
  }

  std::string error_of(const std::string& user) const {
    const auto access = read(user);
    if (access) return "none";
    const auto prefix = directory_ / "config:6: users[1].user";
    const auto& message = access.error().message;
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  portcullis::test::TemporaryDirectory directory_;
};

TEST_F(KubeconfigUser, Basic) {
  const auto access = read("{username: me, password: secret}");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->username, "me");
  EXPECT_EQ(access->password, "secret");
}

TEST_F(KubeconfigUser, Impersonation) {
  const auto access = read(
      "{as: jane, as-uid: u1, as-groups: [a, b], as-user-extra: {scopes: [v, w], 'a/b%': [z]}}");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->impersonation, (Pairs{{"Impersonate-User", "jane"},
                                          {"Impersonate-Uid", "u1"},
                                          {"Impersonate-Group", "a"},
                                          {"Impersonate-Group", "b"},
                                          {"Impersonate-Extra-scopes", "v"},
                                          {"Impersonate-Extra-scopes", "w"},
                                          {"Impersonate-Extra-a%2Fb%25", "z"}}));
}

TEST_F(KubeconfigUser, Exec) {
  const auto access = read(
      "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/login, args: [a, "
      "'5'],"
      " env: [{name: A, value: b}, {name: C}], installHint: get it, provideClusterInfo: true,"
      " interactiveMode: IfAvailable}}");
  ASSERT_TRUE(access) << access.error().message;
  ASSERT_TRUE(access->exec);
  EXPECT_EQ(access->exec->command, directory_ / "bin/login");
  EXPECT_EQ(access->exec->arguments, (std::vector<std::string>{"a", "5"}));
  EXPECT_EQ(access->exec->environment, (Pairs{{"A", "b"}, {"C", ""}}));
  EXPECT_EQ(access->exec->api_version, "client.authentication.k8s.io/v1beta1");
  EXPECT_EQ(access->exec->install_hint, "get it");
  EXPECT_TRUE(access->exec->wants_cluster_info);
  EXPECT_EQ(access->exec_config, R"({"a":[1,"x"]})");
}

TEST_F(KubeconfigUser, ACommandWithoutASlashIsLookedForLater) {
  const auto access =
      read("{exec: {apiVersion: client.authentication.k8s.io/v1, command: login, args: null}}");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->exec->command, "login");
  EXPECT_FALSE(access->exec->wants_cluster_info);
}

TEST_F(KubeconfigUser, WhatIsWrongIsNamed) {
  const std::string exec = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ";
  const std::pair<std::string, std::string> cases[] = {
      {"[]", " is a list, but must be a mapping"},
      {"{token: 5}", ".token is a number, but must be a string (put it in quotes)"},
      {"{token: a, username: b}", " has a token and a user name with a password; keep one of them"},
      {"{client-certificate: a}", " has only one of client-certificate and client-key; give both"},
      {"{client-key-data: a}", ".client-key-data is not base64"},
      {"{as-groups: [a]}", ".as is missing; as-uid, as-groups and as-user-extra require it"},
      {"{as: \"a\\nb\"}", ".as has a control character or a line break"},
      {"{as: a, as-groups: [a, 5]}",
       ".as-groups[1] is a number, but must be a string (put it in quotes)"},
      {"{auth-provider: {name: gcp}}",
       ".auth-provider is not supported, as in kubectl since 1.26; use exec with a plugin"},
      {"{exec: {apiVersion: client.authentication.k8s.io/v1}}",
       ".exec.command is missing; name the plugin's program"},
      {exec + "5}}", ".exec.command is a number, but must be a string (put it in quotes)"},
      {exec + "c, args: [a, b, 1]}}",
       ".exec.args[2] is a number, but must be a string (put it in quotes)"},
      {exec + "c, env: [{value: a}]}}",
       ".exec.env[0].name must be the name of an environment variable"},
      {exec + "c, interactiveMode: Always}}",
       ".exec.interactiveMode is Always, but there is no terminal; use a plugin that needs no "
       "input"},
      {exec + "c, interactiveMode: Perhaps}}",
       ".exec.interactiveMode is \"Perhaps\", but must be Never or IfAvailable"},
      {"{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: c}}",
       ".exec.apiVersion is \"client.authentication.k8s.io/v1alpha1\", but must be "
       "client.authentication.k8s.io/v1 or .../v1beta1"},
  };
  for (const auto& [user, message] : cases) EXPECT_EQ(error_of(user), message) << user;
}

}  // namespace
}  // namespace portcullis::k8s
