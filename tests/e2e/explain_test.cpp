#include <csignal>

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
    "FROM         TO           ALLOWED\n"
    "default/api  default/web  8080/TCP\n"
    "Everything else between these 2 is allowed (--all lists it).\n";

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
  EXPECT_TRUE(contains(end.out, "default/allow (invalid: allows nothing)")) << end.out;
}

TEST(Explain, ManifestsWithoutAnyObjectAreAnError) {
  const Finished end =
      portcullis({"explain", "-f", "-", "--from", "10.0.0.1", "--to", "10.0.0.2:80"}, "");
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "hold no Pod and no NetworkPolicy")) << end.err;
}

TEST(Explain, AServicesAddressIsAnError) {
  const Finished end = portcullis(
      {"explain", "-f", "-", "--from", "default/api", "--to", "10.96.0.10:80"}, kManifests);
  EXPECT_EQ(end.code, 2);
  EXPECT_EQ(end.out, "");
  EXPECT_TRUE(contains(end.err,
                       "no pod has the address 10.96.0.10; if it is a Service's, ask about a pod "
                       "behind it"))
      << end.err;
  const Finished outside = portcullis(
      {"explain", "-f", "-", "--from", "default/api", "--to", "10.96.0.10:80", "--outside"},
      kManifests);
  EXPECT_EQ(outside.code, 0) << outside.err;
}

TEST(Explain, WithoutAPortSomeThatPassAreNotAll) {
  const Finished end = portcullis(
      {"explain", "-f", "-", "--from", "default/api", "--to", "default/web"}, kManifests);
  EXPECT_EQ(end.code, 1);
  EXPECT_TRUE(contains(end.out, "every port and ICMP: partly allowed\n")) << end.out;
  EXPECT_TRUE(contains(end.out, "partly allowed: 8080/TCP by policy default/allow")) << end.out;
}

TEST(Explain, ErrorsAreJsonToWhomAsksForJson) {
  const Finished end = portcullis(
      {"explain", "-f", "-", "--from", "default/api", "--to", "default/nobody", "-o", "json"},
      kManifests);
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.out, "\"kind\": \"Error\"")) << end.out;
  EXPECT_TRUE(contains(end.out, "\"code\": \"NotFound\"")) << end.out;
  EXPECT_TRUE(contains(end.err, "there is no pod default/nobody")) << end.err;
}

TEST(Explain, ALaterFileReplacesTheObjectsOfAnEarlierOne) {
  const TemporaryDirectory directory;
  write_file(directory / "old.yaml", kManifests);
  std::string edited = kPolicy;
  edited.replace(edited.find("8080"), 4, "9090");
  const auto explain = [&](const std::vector<std::string>& files) {
    std::vector<std::string> arguments = {"explain", "--from", "default/api", "--to",
                                          "default/web:9090"};
    for (const auto& file : files) arguments.insert(arguments.end(), {"-f", file});
    return portcullis(arguments, edited);
  };
  const Finished tried = explain({directory / "old.yaml", "-"});
  EXPECT_EQ(tried.code, 0) << tried.out;
  EXPECT_EQ(tried.err, "portcullis: NetworkPolicy default/allow: stdin, document 1 replaces " +
                           (directory / "old.yaml") + ", document 3\n");
  const Finished old = explain({"-", directory / "old.yaml"});
  EXPECT_EQ(old.code, 1) << old.out;
}

TEST(Explain, WithinOneFileADoubledPolicyStaysAnError) {
  std::string other = kPolicy;
  other.replace(other.find("8080"), 4, "9090");
  const Finished end =
      portcullis({"explain", "-f", "-", "--from", "default/api", "--to", "default/web:8080"},
                 kManifests + "---\n" + other);
  EXPECT_EQ(end.code, 1) << end.out;
  EXPECT_TRUE(contains(end.err, "is defined differently in stdin, document 4")) << end.err;
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
  write("other.yaml", pod_manifest("other", "10.0.0.3"));
  remove("all.yaml");
  EXPECT_TRUE(wait_until([&] { return ask_daemon(question).code == 2; }));
  EXPECT_EQ(ask_daemon(question).err,
            "portcullis: the daemon cannot answer: there is no pod default/api\n");
}

TEST_F(AskedDaemon, ShowsTheMatrix) {
  EXPECT_EQ(ask_daemon({"matrix"}).out, kMatrix);
  const Finished some = ask_daemon({"matrix", "-n", "default", "--address", "fd00::9", "--all"});
  EXPECT_EQ(some.code, 0) << some.err;
  EXPECT_TRUE(contains(some.out, "fd00::9")) << some.out;
  const Finished chosen = ask_daemon({"matrix", "--from", "default/api", "--to", "10.0.0.1", "-l",
                                      "app in (api,web)", "-o", "json"});
  EXPECT_TRUE(contains(chosen.out, "\"summary\": \"8080/TCP\"")) << chosen.out << chosen.err;
  EXPECT_EQ(ask_daemon({"matrix", "-n", "nowhere"}).err,
            "portcullis: the daemon cannot answer: there is no pod in namespace nowhere\n");
}

TEST_F(AskedDaemon, ListsNamesForCompletion) {
  EXPECT_EQ(ask_daemon({"completion", "pods"}).out, "default/api\ndefault/web\n");
  EXPECT_EQ(ask_daemon({"completion", "namespaces"}).out, "default\n");
}

// As `kill -STOP`, or a debugger, leaves it.
TEST_F(AskedDaemon, AStoppedOneIsNotWaitedForForEver) {
  daemon_->signal(SIGSTOP);
  const Finished names = ask_daemon({"completion", "pods"});
  EXPECT_EQ(names.code, 2);
  EXPECT_TRUE(contains(names.err, "did not answer within 2 s: is the daemon stopped")) << names.err;
  daemon_->signal(SIGCONT);
}

TEST_F(AskedDaemon, WrongQuestionsAreAnswered) {
  EXPECT_EQ(ask_daemon({"explain", "--from", "web & co?", "--to", "10.0.0.1:80"}).err,
            "portcullis: the daemon cannot answer: \"web & co?\" is neither an IP address nor a "
            "pod's NAMESPACE/NAME\n");
}

TEST_F(AskedDaemon, SaysThatTheKernelMayDifferWhileTheLastRulesStay) {
  ASSERT_EQ(stop_daemon(9), -9);
  write("broken.yaml", "broken: [\n");
  start_daemon();
  const std::vector<std::string> question = {"explain", "--from", "default/api", "--to",
                                             "default/web:80"};
  EXPECT_TRUE(wait_until([&] { return ask_daemon(question).code == 1; })) << daemon_->err();
  const Finished asked = ask_daemon(question);
  EXPECT_TRUE(contains(asked.err, "not what the kernel does yet")) << asked.err;
  EXPECT_TRUE(contains(asked.err, "never read, so its content is not enforced")) << asked.err;
}

}  // namespace
}  // namespace portcullis::test
