#include "tests/e2e/node.h"

// explain and matrix, from manifests and from the running daemon.
namespace portcullis::test {
namespace {

const std::string kPolicy = R"(apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: default}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: api}}}]
    ports: [{port: 8080}]
)";

const std::string kManifests =
    pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("api", "10.0.0.2") + "---\n" + kPolicy;

constexpr const char* kMatrix =
    "FROM \\ TO    default/api  default/web\n"
    "default/api  all          8080/TCP\n"
    "default/web  all          all\n";

TEST(Explain, TellsOfManifestsAndItsExitCodeIsTheVerdict) {
  const auto explain = [](const std::string& to) {
    return portcullis({"explain", "-f", "-", "--from", "default/api", "--to", to}, kManifests);
  };
  const Finished allowed = explain("default/web:8080");
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  EXPECT_TRUE(contains(allowed.out, "8080/TCP: allowed\n")) << allowed.out;
  const Finished denied = explain("default/web:80");
  EXPECT_EQ(denied.code, 1) << denied.err;
  EXPECT_TRUE(contains(denied.out, "policy default/allow, spec.ingress[0], allows 8080/TCP"))
      << denied.out;
  const Finished unknown = explain("default/nobody:80");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_EQ(unknown.err, "portcullis: there is no pod default/nobody\n");
}

TEST(Explain, PrintsJson) {
  const Finished end = portcullis(
      {"explain", "-f", "-", "--from", "default/api", "--to", "default/web:80", "-o", "json"},
      kManifests);
  EXPECT_EQ(end.code, 1);
  EXPECT_TRUE(contains(end.out, "\"nearestMiss\"")) << end.out;
}

TEST(Explain, NamesWhatIsWrongWithTheManifestsToo) {
  const Finished end =
      portcullis({"explain", "-f", "-", "--from", "10.0.0.2", "--to", "default/web:8080"},
                 kManifests + "    endPort: 3\n");
  EXPECT_EQ(end.code, 1) << end.out;
  EXPECT_TRUE(contains(end.err, "NetworkPolicy default/allow")) << end.err;
  EXPECT_TRUE(contains(end.out, "default/allow (malformed: allows nothing)")) << end.out;
}

TEST(Explain, ManifestsWithoutAnyObjectAreAnError) {
  const Finished end =
      portcullis({"explain", "-f", "-", "--from", "10.0.0.1", "--to", "10.0.0.2:80"}, "");
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "hold no Pod and no NetworkPolicy")) << end.err;
}

TEST(Matrix, IsATableOfManifests) {
  const Finished end = portcullis({"matrix", "-f", "-"}, kManifests);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.out, kMatrix);
}

class AskedDaemon : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("all.yaml", kManifests);
    start_and_wait_until_ready();
  }
};

TEST_F(AskedDaemon, ExplainsAsTheManifestsAreExplained) {
  const std::vector<std::string> question = {"explain", "--from", "default/api", "--to",
                                             "default/web:80"};
  const Finished asked = ask_daemon(question);
  auto offline = question;
  offline.insert(offline.end(), {"-f", manifests_});
  const Finished read = portcullis(offline);
  EXPECT_EQ(asked.code, 1) << asked.err;
  EXPECT_EQ(asked.err, "");
  EXPECT_EQ(asked.out, read.out);
  const Finished allowed =
      ask_daemon({"explain", "--from", "10.0.0.2", "--to", "10.0.0.1:8080", "-o", "json"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  EXPECT_TRUE(contains(allowed.out, "\"allowed\": true")) << allowed.out;
}

TEST_F(AskedDaemon, FollowsTheManifests) {
  const std::vector<std::string> question = {"explain", "--from", "default/api", "--to",
                                             "default/web:80"};
  remove("all.yaml");
  EXPECT_TRUE(wait_until([&] { return ask_daemon(question).code == 2; }));
  EXPECT_EQ(ask_daemon(question).err,
            "portcullis: the daemon cannot answer: there is no pod default/api\n");
}

TEST_F(AskedDaemon, ShowsTheMatrix) {
  EXPECT_EQ(ask_daemon({"matrix"}).out, kMatrix);
  const Finished some = ask_daemon({"matrix", "-n", "default", "--address", "fd00::9"});
  EXPECT_EQ(some.code, 0) << some.err;
  EXPECT_TRUE(contains(some.out, "fd00::9")) << some.out;
  EXPECT_EQ(ask_daemon({"matrix", "-n", "nowhere"}).err,
            "portcullis: the daemon cannot answer: there is no pod in namespace nowhere\n");
}

TEST_F(AskedDaemon, WrongQuestionsAreAnswered) {
  EXPECT_EQ(ask_daemon({"explain", "--from", "web & co?", "--to", "10.0.0.1:80"}).err,
            "portcullis: the daemon cannot answer: \"web & co?\" is neither an IP address nor a "
            "pod's NAMESPACE/NAME\n");
}

TEST_F(AskedDaemon, SaysThatTheKernelMayDifferWhileTheLastRulesStay) {
  ASSERT_EQ(stop_daemon(9), -9);
  write("all.yaml", kManifests + "---\n" + "broken: [\n");
  write("pods.yaml", pod_manifest("api", "10.0.0.2") + "---\n" + pod_manifest("web", "10.0.0.1"));
  start_daemon();
  const std::vector<std::string> question = {"explain", "--from", "default/api", "--to",
                                             "default/web:80"};
  EXPECT_TRUE(wait_until([&] { return ask_daemon(question).code == 0; })) << daemon_->err();
  const Finished asked = ask_daemon(question);
  EXPECT_TRUE(contains(asked.err, "not yet what the kernel does")) << asked.err;
  EXPECT_TRUE(contains(asked.err, "a file was never read")) << asked.err;
}

}  // namespace
}  // namespace portcullis::test
