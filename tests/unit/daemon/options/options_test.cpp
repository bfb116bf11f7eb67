#include "daemon/options/options.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

using test::TemporaryDirectory;

Options options_of(const std::vector<std::string>& arguments) {
  const auto invocation = parse_options(arguments);
  if (!invocation) {
    ADD_FAILURE() << invocation.error().message;
    return {};
  }
  return std::get<Options>(*invocation);
}

std::string error_of(const std::vector<std::string>& arguments) {
  const auto invocation = parse_options(arguments);
  return invocation ? "" : invocation.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Options, RunHasTheDocumentedDefaults) {
  setenv("NODE_NAME", "node-from-environment", 1);
  const Options options = options_of({"run", "--manifests", "/m"});
  unsetenv("NODE_NAME");
  EXPECT_EQ(options.command, Command::kRun);
  EXPECT_EQ(options.manifests, "/m");
  EXPECT_EQ(options.node_name, "node-from-environment");
  EXPECT_EQ(options.listen, (ListenAddress{"127.0.0.1", 9909}));
  EXPECT_EQ(options.socket, "/run/portcullis/portcullis.sock");
  EXPECT_EQ(options.log_level, LogLevel::kInfo);
}

TEST(Options, NodeNameIsTheHostNameWithoutNodeName) {
  unsetenv("NODE_NAME");
  EXPECT_FALSE(options_of({"run", "--manifests", "/m"}).node_name.empty());
}

TEST(Options, CheckIsOfTheNodeThatRunIsOf) {
  EXPECT_EQ(options_of({"check"}).node_name, options_of({"run", "--manifests", "/m"}).node_name);
  EXPECT_EQ(options_of({"check", "--node-name", "n"}).node_name, "n");
}

TEST(Options, AllowEmptyIsASwitchOfFlagsAndFiles) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "manifests: /m\nallow-empty: true\n");
  test::write_file(directory / "no.yaml", "manifests: /m\nallow-empty: maybe\n");
  EXPECT_FALSE(options_of({"run", "--manifests", "/m"}).allow_empty);
  EXPECT_TRUE(options_of({"run", "--manifests", "/m", "--allow-empty"}).allow_empty);
  EXPECT_TRUE(options_of({"run", "--config", directory / "c.yaml"}).allow_empty);
  EXPECT_TRUE(contains(error_of({"run", "--config", directory / "no.yaml"}), "allow-empty"));
}

TEST(Options, ANodesNameIsADnsName) {
  EXPECT_EQ(options_of({"check", "--node-name", "WORKER-1.example.com"}).node_name,
            "WORKER-1.example.com");
  EXPECT_TRUE(contains(error_of({"check", "--node-name", "bad name!"}), "\"bad name!\""));
  EXPECT_TRUE(contains(error_of({"check", "--node-name", "-n"}), "--node-name"));
}

TEST(Options, TheStartSpreadIsSeconds) {
  EXPECT_EQ(options_of({"run"}).start_spread, std::chrono::seconds(0));
  EXPECT_EQ(options_of({"run", "--start-spread", "30"}).start_spread, std::chrono::seconds(30));
  for (const char* wrong : {"", "-1", "3601", "30s", "1.5", "x"}) {
    EXPECT_TRUE(contains(error_of({"run", "--start-spread", wrong}), "--start-spread")) << wrong;
  }
}

TEST(Options, WhatPodsMaySendIsSwitched) {
  const auto usual = options_of({"run"});
  EXPECT_TRUE(usual.anti_spoofing);
  EXPECT_FALSE(usual.binding.tunnels);
  EXPECT_FALSE(options_of({"run", "--anti-spoofing", "off"}).anti_spoofing);
  EXPECT_TRUE(options_of({"run", "--pod-tunnels", "allow"}).binding.tunnels);
  EXPECT_FALSE(options_of({"run", "--pod-tunnels", "drop"}).binding.tunnels);
  EXPECT_TRUE(contains(error_of({"run", "--anti-spoofing", "on"}),
                       "--anti-spoofing: \"on\" is neither strict nor off"));
  const auto closing = options_of({"run", "--unknown-pods", "drop", "--pod-interfaces",
                                   "cali*,eth7", "--pod-cidrs", "10.1.0.0/24,fd00::/64"});
  EXPECT_TRUE(closing.closes_unknown_pods);
  EXPECT_EQ(closing.pod_marks.interfaces, (std::vector<std::string>{"cali*", "eth7"}));
  EXPECT_EQ(closing.pod_marks.blocks.size(), 2U);
  EXPECT_FALSE(options_of({"run", "--pod-interfaces", "cali*"}).closes_unknown_pods);
  EXPECT_TRUE(contains(error_of({"run", "--unknown-pods", "drop"}),
                       "unknown-pods drop closes nothing: give pod-interfaces, pod-cidrs or both"));
  EXPECT_TRUE(contains(error_of({"run", "--unknown-pods", "drop", "--pod-interfaces", "cali*",
                                 "--anti-spoofing", "off"}),
                       "with anti-spoofing off no interface is known to be a pod's"));
  for (const char* wrong :
       {"*", "lo", "a*b", "", "sixteen-letters-", "with space", "a/b", "cali**"}) {
    EXPECT_TRUE(contains(error_of({"run", "--pod-interfaces", std::string("cali*,") + wrong}),
                         "--pod-interfaces: \"" + std::string(wrong) + "\" is "))
        << wrong;
  }
  EXPECT_TRUE(contains(error_of({"run", "--pod-cidrs", "::/0"}),
                       "\"::/0\" is every address: give those of this node's pods"));
  EXPECT_TRUE(contains(error_of({"run", "--pod-tunnels", "yes"}),
                       "--pod-tunnels: \"yes\" is neither allow nor drop"));
}

TEST(Options, BudgetsChangeTheLimitsThatAreNamed) {
  const auto options = options_of({"run", "--manifests", "/m", "--policy-budget", "rules=7,sets=9",
                                   "--profile-budget", "memory=1000,pods=3"});
  Budgets expected;
  expected.policy.says.rules = 7;
  expected.policy.sets = 9;
  expected.profile.memory = 1000;
  expected.pods = 3;
  EXPECT_EQ(options.budgets, expected);
}

TEST(Options, BudgetsAreOfKnownLimitsAndPositive) {
  for (const char* wrong : {"", "rules", "rules=", "rules=0", "rules=-1", "rules=1x", "pods=1",
                            "rules=1,,sets=1", "rule=1"}) {
    EXPECT_NE(error_of({"run", "--manifests", "/m", "--policy-budget", wrong}), "") << wrong;
  }
  EXPECT_TRUE(contains(error_of({"run", "--manifests", "/m", "--policy-budget", "rule=1"}),
                       "rules, ports, peers, cidrs, sets, memory"));
}

TEST(Options, ListenCanBeSwitchedOff) {
  EXPECT_FALSE(options_of({"run", "--manifests", "/m", "--listen", ""}).listen);
  EXPECT_FALSE(options_of({"run", "--manifests", "/m", "--listen", "off"}).listen);
  EXPECT_FALSE(options_of({"run", "--manifests", "/m", "--listen=off"}).listen);
}

TEST(Options, TheSnapshotIsOfRunRestoreAndCleanup) {
  for (const std::string command : {"run", "restore", "cleanup"}) {
    EXPECT_EQ(options_of({command}).snapshot, "/var/lib/portcullis/ruleset");
    EXPECT_EQ(options_of({command, "--snapshot", "/s"}).snapshot, "/s");
    EXPECT_EQ(options_of({command, "--snapshot", "off"}).snapshot, "");
    EXPECT_EQ(options_of({command, "--snapshot", ""}).snapshot, "");
  }
  EXPECT_NE(error_of({"dump", "--snapshot", "/s"}), "");
}

TEST(Options, RestoreReadsTheDaemonsConfiguration) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "manifests: /m\nnode-name: n\nsnapshot: /s\n");
  const Options options = options_of({"restore", "--config", directory / "c.yaml"});
  EXPECT_EQ(options.node_name, "n");
  EXPECT_EQ(options.snapshot, "/s");
  EXPECT_FALSE(options_of({"restore"}).node_name.empty()) << "the host's";
}

TEST(Options, ListenIsCheckedAndNamed) {
  for (const std::string wrong : {"9909", ":9909", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                                  "127.0.0.1:99x", "::1:9909", "[::1]:"}) {
    const std::string error = error_of({"run", "--manifests", "/m", "--listen", wrong});
    EXPECT_TRUE(contains(error, "--listen: \"" + wrong + "\"")) << error;
  }
}

TEST(Options, ASocketPathThatTheKernelCannotTakeIsRefused) {
  const std::string error = error_of({"diff", "--socket", "/" + std::string(107, 'x')});
  EXPECT_TRUE(contains(error, "--socket: ")) << error;
}

TEST(Options, FlagsWinOverTheConfigurationFile) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml",
                   "manifests: /from-file\nnode-name: file-node\nlisten: off\nlog-level: debug\n");
  const Options options = options_of({"run", "--config", directory / "c.yaml", "--node-name",
                                      "flag-node", "--listen", "0.0.0.0:80"});
  EXPECT_EQ(options.manifests, "/from-file");
  EXPECT_EQ(options.node_name, "flag-node");
  EXPECT_EQ(options.listen, (ListenAddress{"0.0.0.0", 80}));
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
}

TEST(Options, EveryFlagOfRunIsAKeyOfTheConfigurationFile) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml",
                   "manifests: /m\nnode-name: n\nlisten: 10.0.0.1:1\nsocket: /s\n"
                   "log-level: error\n");
  const Options options = options_of({"run", "--config", directory / "c.yaml"});
  EXPECT_EQ(options.manifests, "/m");
  EXPECT_EQ(options.node_name, "n");
  EXPECT_EQ(options.listen, (ListenAddress{"10.0.0.1", 1}));
  EXPECT_EQ(options.socket, "/s");
  EXPECT_EQ(options.log_level, LogLevel::kError);
}

TEST(Options, AnUnknownKeyIsNamedWithFileAndLine) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "manifests: /m\n\nnode_name: n\n");
  const std::string error = error_of({"run", "--config", directory / "c.yaml"});
  EXPECT_TRUE(contains(error, (directory / "c.yaml") + ":3: node_name: unknown key")) << error;
  EXPECT_TRUE(contains(error, "node-name")) << error;
}

TEST(Options, ABadValueInTheFileIsNamedWithFileLineAndKey) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "manifests: /m\nlog-level: 3\n");
  const std::string error = error_of({"run", "--config", directory / "c.yaml"});
  EXPECT_TRUE(contains(error, (directory / "c.yaml") + ":2: log-level: \"3\"")) << error;
}

TEST(Options, ABadValueInTheFileIsAnErrorEvenWhereAFlagWins) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "manifests: /m\nlisten: 9909\n");
  const std::string error =
      error_of({"run", "--config", directory / "c.yaml", "--listen", "127.0.0.1:1"});
  EXPECT_TRUE(contains(error, ":2: listen: ")) << error;
}

TEST(Options, TheConfigurationFileCannotNameAnother) {
  const TemporaryDirectory directory;
  test::write_file(directory / "c.yaml", "config: other.yaml\n");
  const std::string error = error_of({"run", "--config", directory / "c.yaml"});
  EXPECT_TRUE(contains(error, ":1: config: unknown key")) << error;
}

TEST(Options, RunReadsOneSource) {
  EXPECT_EQ(options_of({"run", "--kubeconfig", "/k", "--context", "c"}).kubeconfig, "/k");
  EXPECT_EQ(options_of({"run"}).kubeconfig, "") << "the pod's own service account";
  EXPECT_TRUE(contains(error_of({"run", "--kubeconfig", "/k", "--manifests", "/m"}),
                       "either --manifests or --kubeconfig"));
}

TEST(Options, CompileTakesManyFilesAndNeedsANode) {
  const Options options = options_of(
      {"compile", "-f", "a.yaml", "-f", "-", "--file", "dir", "--node-name", "n", "-o", "json"});
  EXPECT_EQ(options.files, (std::vector<std::string>{"a.yaml", "-", "dir"}));
  EXPECT_EQ(options.format, Format::kJson);
  EXPECT_TRUE(contains(error_of({"compile", "-f", "a.yaml"}), "--node-name"));
  EXPECT_TRUE(contains(error_of({"compile", "--node-name", "n"}), "-f"));
  EXPECT_TRUE(contains(error_of({"compile", "-f", "a", "b", "--node-name", "n"}), "b"));
}

TEST(Options, ExplainNeedsBothEndsAndPrintsText) {
  const Options options =
      options_of({"explain", "--from", "a/b", "--to", "a/c:80", "-f", "x.yaml", "-f", "-"});
  EXPECT_EQ(options.from, "a/b");
  EXPECT_EQ(options.to, "a/c:80");
  EXPECT_EQ(options.files, (std::vector<std::string>{"x.yaml", "-"}));
  EXPECT_EQ(options.format, Format::kText);
  EXPECT_TRUE(contains(error_of({"explain", "--from", "a/b"}), "--to"));
  EXPECT_TRUE(contains(error_of({"explain", "--to", "a/b"}), "--from"));
  EXPECT_TRUE(contains(error_of({"explain", "--from", "a", "--to", "b", "-o", "nft"}),
                       "\"nft\" is neither text nor json"));
}

TEST(Options, MatrixTakesNamespacesAndAddresses) {
  const Options options =
      options_of({"matrix", "-n", "a", "--namespace", "b", "--address", "192.0.2.1", "-o", "json"});
  EXPECT_EQ(options.matrix.namespaces, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.matrix.addresses, (std::vector<std::string>{"192.0.2.1"}));
  EXPECT_EQ(options.format, Format::kJson);
  EXPECT_EQ(options_of({"matrix"}).format, Format::kText);
  EXPECT_TRUE(contains(error_of({"matrix", "-n", "a,b"}), "\"a,b\" is a list: repeat the option"));
}

TEST(Options, DumpChoosesASide) {
  EXPECT_EQ(options_of({"dump"}).side, Side::kKernel);
  EXPECT_EQ(options_of({"dump", "--kernel"}).side, Side::kKernel);
  EXPECT_EQ(options_of({"dump", "--desired"}).side, Side::kDesired);
  EXPECT_NE(error_of({"dump", "--desired", "--kernel"}), "");
  EXPECT_TRUE(contains(error_of({"dump", "-o", "xml"}), "\"xml\""));
}

TEST(Options, MatrixIsNarrowedAndWidened) {
  const Options options = options_of({"matrix", "--from", "a/web", "--to", "a", "--to", "192.0.2.1",
                                      "-l", "app in (a,b)", "--all"});
  EXPECT_EQ(options.matrix.from, std::vector<std::string>{"a/web"});
  EXPECT_EQ(options.matrix.to, (std::vector<std::string>{"a", "192.0.2.1"}));
  EXPECT_EQ(options.matrix.selector, "app in (a,b)");
  EXPECT_TRUE(options.all);
}

TEST(Options, CompletionHasATopic) {
  EXPECT_EQ(options_of({"completion", "bash"}).topic, "bash");
  EXPECT_EQ(options_of({"completion", "pods", "-f", "x"}).topic, "pods");
  EXPECT_TRUE(contains(error_of({"completion", "tcsh"}), "tcsh"));
  EXPECT_NE(error_of({"completion"}), "");
}

TEST(Options, TheFirstUnknownWordIsNamedWithWhatWasMeant) {
  EXPECT_EQ(error_of({"explan", "--from", "x"}),
            "unknown command \"explan\"; did you mean explain? (see portcullis --help)");
  EXPECT_EQ(error_of({"explain", "--form", "a", "b"}),
            "unknown option --form; did you mean --from? (see portcullis explain --help)");
  EXPECT_EQ(error_of({"dump", "a", "b"}), "unexpected argument \"a\" (see portcullis dump --help)");
  EXPECT_EQ(error_of({"run", "--snapshto=/s"}),
            "unknown option --snapshto; did you mean --snapshot? (see portcullis run --help)");
}

TEST(Options, HelpForAnUnknownCommandIsAnError) {
  const std::string unknown =
      "unknown command \"explian\"; did you mean explain? (see portcullis --help)";
  EXPECT_EQ(error_of({"help", "explian"}), unknown);
  EXPECT_EQ(error_of({"explian", "--help"}), unknown);
  EXPECT_EQ(error_of({"explain", "--form", "--help"}), "") << "help with a broken line";
}

TEST(Options, MisuseOfAnOptionIsToldInWords) {
  EXPECT_EQ(error_of({"explain", "--to", "a", "--from", "b", "--to", "c"}),
            "--to is given more than once (see portcullis explain --help)");
  EXPECT_EQ(error_of({"dump", "-o", "nft", "--output=json"}),
            "--output is given more than once (see portcullis dump --help)");
  EXPECT_EQ(error_of({"dump", "--kernel", "--kernel"}), "");
  EXPECT_EQ(error_of({"explain", "--from", "a", "--to"}),
            "--to needs a value (see portcullis explain --help)");
  EXPECT_FALSE(options_of({"matrix", "--all=false"}).all);
  EXPECT_EQ(error_of({"matrix", "--all=x"}),
            "--all: \"x\" is neither true nor false (see portcullis matrix --help)");
  EXPECT_EQ(error_of({"dump", "--kernel", "--desired"}),
            "give either --kernel or --desired, not both (see portcullis dump --help)");
  EXPECT_EQ(error_of({"completion", "foo"}),
            "\"foo\" cannot be completed: give bash, zsh or fish for a script, or pods or "
            "namespaces for names (see portcullis completion --help)");
}

TEST(Options, WhatIsUnknownIsNamed) {
  EXPECT_TRUE(contains(error_of({"run", "--manifest", "/m"}), "--manifest"));
  EXPECT_TRUE(contains(error_of({"destroy"}), "destroy"));
  EXPECT_NE(error_of({}), "");
}

TEST(Options, HelpAndVersionAreInformation) {
  for (const char* command : {"run", "compile", "dump", "diff", "restore", "cleanup"}) {
    const auto help = parse_options({command, "--help"});
    ASSERT_TRUE(help && std::holds_alternative<Information>(*help)) << command;
    EXPECT_TRUE(contains(std::get<Information>(*help).text, command));
  }
  for (const std::string word : {"--version", "-V", "version"}) {
    const auto version = parse_options({word});
    ASSERT_TRUE(version && std::holds_alternative<Information>(*version)) << word;
    EXPECT_EQ(std::get<Information>(*version).text.rfind("portcullis ", 0), 0U);
  }
  for (const std::vector<std::string>& words : {std::vector<std::string>{"help"}, {"--help"}}) {
    const auto help = parse_options(words);
    ASSERT_TRUE(help && std::holds_alternative<Information>(*help));
    EXPECT_TRUE(contains(std::get<Information>(*help).text, "completion"));
  }
  const auto help = parse_options({"help", "explain"});
  ASSERT_TRUE(help && std::holds_alternative<Information>(*help));
  EXPECT_TRUE(contains(std::get<Information>(*help).text, "--from"));
}

}  // namespace
}  // namespace portcullis
