#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "daemon/netlink/table/kernel.h"
#include "tests/e2e/api_node.h"
#include "tests/support/model/deltas.h"
#include "tests/support/process/loop_thread.h"

// `portcullis check`: its findings and exit codes.
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
  EXPECT_EQ(count_of(found.out, "ok      can "), 6U) << found.out;
}

TEST_F(Check, NamesATokenThatIsNotLetIn) {
  expect_failure(check(kubeconfig("bad")), "API server " + server_->url() + ": 401 Unauthorized");
}

TEST_F(Check, NamesWhatIsForbidden) {
  server_->deny({.verb = "watch", .resource = "networkpolicies"});
  const Finished found = check(kubeconfig());
  expect_failure(found, "cannot watch networkpolicies in all namespaces: apply manifests/");
  EXPECT_EQ(count_of(found.out, "ok      can "), 5U) << found.out;
}

TEST_F(Check, NamesAServerThatIsNoApiServer) {
  for (const std::string text : {"<html>hello</html>", "", "{}", R"({"gitVersion": 1})"}) {
    server_->inject(api::fault::Garbage{text}, {.times = api::kAlways});
    expect_failure(check(kubeconfig()), "API server: " + server_->url() +
                                            " is not a Kubernetes API server: /version has no "
                                            "gitVersion\n");
    server_->clear_faults();
  }
  server_->inject(api::fault::Garbage{"{}"}, {.skip = 1, .times = api::kAlways});
  const Finished found = check(kubeconfig());
  EXPECT_EQ(count_of(found.out, ": cannot check: the answer is not a SelfSubjectAccessReview"), 6U)
      << found.out;
}

TEST_F(Check, NamesAServerThatDoesNotSpeakTls) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  std::optional<tcp::acceptor> plain;
  network_->run(
      [&] { plain.emplace(io, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)); });
  plain->async_accept([](const boost::system::error_code& error, tcp::socket socket) {
    if (error) return;
    std::array<char, 4096> hello{};
    boost::system::error_code ignored;
    socket.read_some(boost::asio::buffer(hello), ignored);
    const std::string refusal = "HTTP/1.0 400 Bad Request\r\n\r\n";
    boost::asio::write(socket, boost::asio::buffer(refusal), ignored);
  });
  const LoopThread loop(io);
  const auto file = kubeconfig();
  auto text = read_file(file);
  text.replace(text.find(server_->url()), server_->url().size(),
               "https://127.0.0.1:" + std::to_string(plain->local_endpoint().port()));
  write_file(file, text);
  const Finished found = check(file);
  expect_failure(found, "API server https://127.0.0.1:");
  EXPECT_TRUE(contains(found.out, ": the server does not speak TLS\n")) << found.out;
}

TEST_F(Check, NamesAServerThatDoesNotAnswer) {
  server_->stop();
  const Finished found = check(kubeconfig());
  expect_failure(found, "API server " + server_->url() + ": ");
  EXPECT_TRUE(contains(found.out, ": connection refused\n")) << found.out;
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
  EXPECT_TRUE(contains(found.out, "certificate not trusted: issuer CN=Test CA")) << found.out;
}

TEST_F(Check, OutsideOfAPodSaysWhatIsMissing) {
  const Finished found =
      run_to_end({{PORTCULLIS_BINARY, "check"}, {"KUBECONFIG="}, &*network_, ""});
  expect_failure(found, "API server: cannot reach the API server as a pod");
  EXPECT_TRUE(contains(found.out, "KUBERNETES_SERVICE_HOST")) << found.out;
}

// As portcullis run does, which then needs no API server.
TEST_F(Check, LooksAtADirectoryOfManifests) {
  std::filesystem::create_directory(manifests_);
  write("web.yaml", pod_manifest("web", "10.0.0.1"));
  write_file(directory_ / "config.yaml", "manifests: " + manifests_ + "\n");
  const auto found = portcullis_here({"check", "--config", directory_ / "config.yaml"});
  EXPECT_EQ(found.code, 0) << found.out << found.err;
  EXPECT_TRUE(contains(found.out, "ok      manifests: " + manifests_ + ", files: 1\n"))
      << found.out;
  EXPECT_FALSE(contains(found.out, "API server"));
  EXPECT_TRUE(contains(found.out, "ok      read: pods: 1, namespaces: 0, network policies: 0\n"));
  write_file(manifests_ + "/other.yaml",
             "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n");
  const Finished other = portcullis_here({"check", "--manifests", manifests_});
  EXPECT_EQ(other.code, 0) << other.out;
  EXPECT_TRUE(contains(other.out, "CiliumNetworkPolicy default/p: is not enforced by Portcullis"))
      << other.out;
  expect_failure(portcullis_here({"check", "--manifests", manifests_ + "/none"}), "manifests: ");
}

// It reads what it counts.
TEST_F(Check, ReadsTheManifestsThatItCounts) {
  std::filesystem::create_directory(manifests_);
  write("web.yaml", pod_manifest("web", "10.0.0.1"));
  write("broken.yaml", "kind: [\n");
  expect_failure(portcullis_here({"check", "--manifests", manifests_}),
                 "manifests: " + manifests_ + "/broken.yaml:");
  write("broken.yaml", deny_manifest("bad", "web") + "  ingress: [{from: [{ipBlock: {}}]}]\n");
  expect_failure(portcullis_here({"check", "--manifests", manifests_}),
                 manifests_ + "/broken.yaml:");
}

TEST_F(Check, ProvesThatTheKernelTakesWhatIsCommitted) {
  const auto before = generation();
  const Finished found = check(kubeconfig());
  EXPECT_TRUE(
      contains(found.out, "ok      nf_tables accepts the forward chain and a set of each kind\n"))
      << found.out;
  EXPECT_EQ(generation(), before);
  EXPECT_EQ(nft({"list", "tables"}).out, "");
}

TEST_F(Check, SeesATableThatAnotherProcessOwns) {
  network_->run([&] {
    auto thief = nl::Kernel::open(nl::Ownership::kOwned);
    ASSERT_TRUE(thief) << thief.error().message;
    if (!thief->owns()) GTEST_SKIP() << "this kernel's tables have no owners";
    ASSERT_TRUE(thief->commit(to_table(TableChange::kAdd)));
    expect_failure(check(kubeconfig()), "table inet portcullis belongs to e2e_test (process ");
  });
}

TEST_F(Check, IsGoodBesideARunningDaemon) {
  start_daemon();
  ASSERT_TRUE(node_becomes_ready()) << daemon_->err();
  const Finished found = check(kubeconfig());
  EXPECT_EQ(found.code, 0) << found.out;
  EXPECT_TRUE(contains(found.out, "table inet portcullis is in force, owned by the running daemon"))
      << found.out;
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(Check, DoesNotBelieveAServerWithoutNamespaces) {
  server_->erase(api::Resource::kNamespaces, "", "default");
  expect_failure(check(kubeconfig()), "the API server " + server_->url() + " lists no namespaces");
}

TEST_F(Check, SaysWhichNameTheNodeHas) {
  const Finished added =
      run_to_end({{"ip", "address", "add", "198.51.100.7/32", "dev", "lo"}, {}, &*network_, ""});
  ASSERT_EQ(added.code, 0) << added.err;
  server_->apply(
      "kind: Pod\napiVersion: v1\nmetadata: {name: here, namespace: default}\n"
      "spec: {nodeName: worker-1}\nstatus: {phase: Running, podIP: 10.0.0.9, hostIP: "
      "198.51.100.7}\n");
  expect_failure(
      portcullis_here({"check", "--kubeconfig", kubeconfig(), "--node-name", "WORKER-1"}),
      "the cluster calls this host \"worker-1\", not \"WORKER-1\": set --node-name worker-1");
  EXPECT_EQ(
      portcullis_here({"check", "--kubeconfig", kubeconfig(), "--node-name", "worker-1"}).code, 0);
}

}  // namespace
}  // namespace portcullis::test
