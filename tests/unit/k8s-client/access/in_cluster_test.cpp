#include "k8s-client/access/in_cluster.h"

#include <gtest/gtest.h>

#include "tests/support/process/temporary_directory.h"

namespace portcullis::k8s {
namespace {

using portcullis::test::write_file;

class InCluster : public testing::Test {
 protected:
  Environment environment_{{"KUBERNETES_SERVICE_HOST", "10.96.0.1"},
                           {"KUBERNETES_SERVICE_PORT", "443"}};
  portcullis::test::TemporaryDirectory directory_;
};

TEST_F(InCluster, FollowsTheServiceAccountsFiles) {
  write_file(directory_ / "token", "abc");
  write_file(directory_ / "ca.crt", "pem");
  const auto access = in_cluster_access(environment_, directory_.path());
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://10.96.0.1:443");
  EXPECT_EQ(access->token.file, directory_ / "token");
  EXPECT_EQ(access->ca.file, directory_ / "ca.crt");
  EXPECT_EQ(access->token.value + access->ca.value, "");
  environment_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(in_cluster_access(environment_, directory_.path())->server, "https://[fd00::1]:443");
}

TEST_F(InCluster, OutsideOfAPod) {
  const auto access = in_cluster_access({}, directory_.path());
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(access.error().message,
            "cannot reach the API server as a pod: KUBERNETES_SERVICE_HOST and "
            "KUBERNETES_SERVICE_PORT are not set; outside of a cluster, give --kubeconfig FILE or "
            "--manifests DIR");
}

TEST_F(InCluster, WithoutAServiceAccount) {
  write_file(directory_ / "token", "abc");
  const auto access = in_cluster_access(environment_, directory_.path());
  ASSERT_FALSE(access);
  EXPECT_NE(access.error().message.find("cannot read the certificate authority " +
                                        (directory_ / "ca.crt: No such file")),
            std::string::npos)
      << access.error().message;
}

}  // namespace
}  // namespace portcullis::k8s
