#include "tests/e2e/api_node.h"

// `portcullis check`, what it finds and what it makes of it.
namespace portcullis::test {
namespace {

class Check : public ApiNode {
 protected:
  Finished check(const std::string& file) const {
    return portcullis_here({"check", "--kubeconfig", file});
  }

  static void expect_failure(const Finished& found, const std::string& words) {
    EXPECT_EQ(found.code, 1) << found.out << found.err;
    EXPECT_EQ(count_of(found.out, "FAILED  "), 1U) << found.out;
    EXPECT_TRUE(contains(found.out, "FAILED  " + words)) << found.out;
  }
};

TEST_F(Check, FindsAllGood) {
  const Finished found = check(kubeconfig());
  EXPECT_EQ(found.code, 0) << found.out << found.err;
  EXPECT_EQ(count_of(found.out, "FAILED"), 0U) << found.out;
  EXPECT_TRUE(contains(found.out, "ok      API server " + server_->url() + " v1.32.4\n"));
  EXPECT_EQ(count_of(found.out, "ok      may "), 6U) << found.out;
}

TEST_F(Check, NamesATokenThatIsNotLetIn) {
  expect_failure(check(kubeconfig("bad")), "API server " + server_->url() + ": 401 Unauthorized");
}

TEST_F(Check, NamesWhatIsForbidden) {
  server_->deny({.verb = "watch", .resource = "networkpolicies"});
  const Finished found = check(kubeconfig());
  expect_failure(found, "may not watch networkpolicies in every namespace: apply manifests/");
  EXPECT_EQ(count_of(found.out, "ok      may "), 5U) << found.out;
}

TEST_F(Check, NamesAServerThatDoesNotAnswer) {
  server_->stop();
  const Finished found = check(kubeconfig());
  expect_failure(found, "API server " + server_->url() + ": ");
  EXPECT_TRUE(contains(found.out, ": connection refused, or no route to host\n")) << found.out;
}

TEST_F(Check, NamesAServerOfAnUnknownName) {
  const auto file = kubeconfig();
  auto text = read_file(file);
  text.replace(text.find("127.0.0.1"), 9, "api.invalid");
  write_file(file, text);
  const Finished found = check(file);
  expect_failure(found, "API server https://api.invalid:");
  EXPECT_TRUE(contains(found.out, ": cannot resolve api.invalid: Host not found")) << found.out;
}

TEST_F(Check, NamesACertificateOfAnother) {
  write_file(directory_ / "ca.crt", CertificateAuthority("Another").certificate());
  const Finished found = check(kubeconfig());
  expect_failure(found, "API server " + server_->url() + ": ");
  EXPECT_TRUE(contains(found.out, "the certificate of the server 127.0.0.1 is refused"))
      << found.out;
}

TEST_F(Check, OutsideOfAPodSaysWhatIsMissing) {
  const Finished found =
      run_to_end({{PORTCULLIS_BINARY, "check"}, {"KUBECONFIG="}, &*network_, ""});
  expect_failure(found, "API server: cannot reach the API server as a pod");
  EXPECT_TRUE(contains(found.out, "KUBERNETES_SERVICE_HOST")) << found.out;
}

// As portcullis run does, which needs no API server then.
TEST_F(Check, LooksAtADirectoryOfManifests) {
  std::filesystem::create_directory(manifests_);
  write("web.yaml", pod_manifest("web", "10.0.0.1"));
  write_file(directory_ / "config.yaml", "manifests: " + manifests_ + "\n");
  const auto found = portcullis_here({"check", "--config", directory_ / "config.yaml"});
  EXPECT_EQ(found.code, 0) << found.out << found.err;
  EXPECT_TRUE(contains(found.out, "ok      manifests: " + manifests_ + ", files: 1\n"))
      << found.out;
  EXPECT_FALSE(contains(found.out, "API server"));
  expect_failure(portcullis_here({"check", "--manifests", manifests_ + "/none"}), "manifests: ");
}

}  // namespace
}  // namespace portcullis::test
