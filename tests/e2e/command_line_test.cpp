#include "tests/e2e/node.h"

// Everything that needs no kernel: compile, configuration, errors and exit codes.
namespace portcullis::test {
namespace {

class CommandLine : public testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(CommandLine, CompileReadsFilesDirectoriesAndStdinAlike) {
  const std::string text = pod_manifest("web", "10.0.0.1") + "---\n" + deny_manifest("d", "web");
  std::filesystem::create_directory(directory_ / "all");
  write_file(directory_ / "all/web.yaml", text);
  const Finished file =
      portcullis({"compile", "-f", directory_ / "all/web.yaml", "--node-name", "node"});
  const Finished directory =
      portcullis({"compile", "-f", directory_ / "all", "--node-name", "node"});
  const Finished input = portcullis({"compile", "-f", "-", "--node-name", "node"}, text);
  EXPECT_EQ(file.code, 0) << file.err;
  EXPECT_EQ(file.err, "");
  EXPECT_TRUE(contains(file.out, "table inet portcullis {")) << file.out;
  EXPECT_TRUE(contains(file.out, "10.0.0.1"));
  EXPECT_EQ(directory.out, file.out);
  EXPECT_EQ(input.out, file.out);
}

TEST_F(CommandLine, CompilePrintsJson) {
  const Finished json = portcullis({"compile", "-f", "-", "--node-name", "node", "-o", "json"},
                                   pod_manifest("web", "10.0.0.1"));
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_TRUE(contains(json.out, "\"nftables\"")) << json.out;
}

TEST_F(CommandLine, CompileClosesAMalformedPolicyAndSaysSo) {
  std::string bad = deny_manifest("bad", "web");
  bad += "  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}\n";
  const Finished end = portcullis({"compile", "-f", "-", "--node-name", "node"},
                                  pod_manifest("web", "10.0.0.1") + "---\n" + bad);
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_TRUE(contains(end.out, "10.0.0.1"));
  EXPECT_EQ(count_of(end.err, "\n"), 1U) << end.err;
  EXPECT_EQ(end.err.rfind("portcullis: stdin:", 0), 0U) << end.err;
  EXPECT_TRUE(contains(end.err, "document 2")) << end.err;
  EXPECT_TRUE(contains(end.err, "NetworkPolicy default/bad")) << end.err;
  EXPECT_TRUE(contains(end.err, "spec.ingress[0].from[0].ipBlock.except")) << end.err;
}

TEST_F(CommandLine, RejectedObjectsAreTheExitCodeUnlessTolerated) {
  const std::string pod = pod_manifest("web", "10.0.0.1") + "---\n";
  const std::string bad =
      deny_manifest("bad", "web") + "  ingress: [{from: [{ipBlock: {cidr: x}}]}]\n";
  const auto compile = [](const std::string& text, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"compile", "-f", "-", "--node-name", "node"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return portcullis(arguments, text).code;
  };
  EXPECT_EQ(compile(pod + bad), 1);
  EXPECT_EQ(compile(pod + bad, {"--tolerate-rejected"}), 0);
  EXPECT_EQ(compile(pod + deny_manifest("good", "web")), 0);
  EXPECT_EQ(compile(pod + pod), 0) << "a repetition rejects nothing";
  EXPECT_EQ(compile(pod + deny_manifest("a", "web") + "---\n" + deny_manifest("a", "db")), 1);
}

TEST_F(CommandLine, CheckReadsTheManifestsAndSaysWhatIsRejected) {
  std::filesystem::create_directory(directory_ / "m");
  const auto says = [&](const std::string& line, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"check", "--manifests", directory_ / "m"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return contains(portcullis(arguments).out, line);
  };
  const std::string place = directory_ / "m/bad.yaml";
  write_file(place, deny_manifest("bad", "web") + "  ingress: [{from: [{ipBlock: {cidr: x}}]}]\n");
  const std::string object = ":10: document 1: NetworkPolicy default/bad: ";
  EXPECT_TRUE(says("FAILED  " + place + object));
  EXPECT_TRUE(says("note    " + place + object, {"--tolerate-rejected"}));
  write_file(place, deny_manifest("bad", "web") + "  ingress: [{}, {}, {}]\n");
  EXPECT_FALSE(says("FAILED  " + place));
  EXPECT_TRUE(says("FAILED  " + place, {"--policy-budget", "rules=2"}));
}

TEST_F(CommandLine, CompletionIsPrintedAndListsNames) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Finished end = portcullis({"completion", shell});
    EXPECT_EQ(end.code, 0) << end.err;
    EXPECT_TRUE(contains(end.out, "portcullis completion")) << shell << end.out;
  }
  const Finished pods =
      portcullis({"completion", "pods", "-f", "-"}, pod_manifest("web", "10.0.0.1"));
  EXPECT_EQ(pods.out, "default/web\n") << pods.err;
}

// Terminals obey control characters, and a reader takes a line for the program's own.
TEST_F(CommandLine, TextOfOthersIsEscaped) {
  const std::string name = "a\nportcullis: all is well\x1b[2J\xff.yaml";
  const std::string escaped = "a\\nportcullis: all is well\\x1b[2J\\xff.yaml";
  write_file(directory_ / name, "kind: Pod\n  metadata: [\n");
  const Finished file = portcullis({"compile", "-f", directory_ / name, "--node-name", "node"});
  EXPECT_EQ(count_of(file.err, "\n"), 1U) << file.err;
  EXPECT_TRUE(contains(file.err, escaped)) << file.err;
  std::filesystem::create_directory(directory_ / "m");
  write_file(directory_ / ("m/" + name), "kind: Pod\n  metadata: [\n");
  const Finished check = portcullis({"check", "--manifests", directory_ / "m"});
  EXPECT_TRUE(contains(check.out, escaped)) << check.out;
  std::string policy = deny_manifest("deny", "web");
  policy +=
      "  ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In, "
      "values: [\"\\e[31mred\\nallowed: yes\"]}]}}]}]\n";
  const std::string pods =
      pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("api", "10.0.0.2") + "---\n";
  const std::vector<std::string> question = {"explain",     "-f",   "-",          "--from",
                                             "default/api", "--to", "default/web"};
  const Finished explained = portcullis(question, pods + policy);
  EXPECT_TRUE(contains(explained.out, "\\x1b[31mred\\nallowed: yes")) << explained.out;
  EXPECT_FALSE(contains(explained.out + explained.err, "\x1b"));
}

// Bash's completions with the cursor at the end of these words.
TEST_F(CommandLine, BashCompletesPodsOfTheFilesOnTheLine) {
  write_file(directory_ / "pods.yaml", pod_manifest("web", "10.0.0.1"));
  const std::string script =
      "PATH=$(dirname $0):$PATH; source <(portcullis completion bash); "
      "COMP_WORDS=(portcullis explain -f $1 --from def); COMP_CWORD=5; _portcullis; "
      "echo \"${COMPREPLY[@]}\"";
  const Finished end = run_to_end(
      {{"bash", "-c", script, PORTCULLIS_BINARY, directory_ / "pods.yaml"}, {}, nullptr, ""});
  EXPECT_EQ(end.out, "default/web\n") << end.err;
}

// Somebody else names the pods of a manifest.
TEST_F(CommandLine, CompletionRunsNothingThatAManifestSays) {
  const std::string ran = directory_ / "ran";
  std::string pods = pod_manifest("web", "10.0.0.1");
  for (const std::string& name : {"w$(touch " + ran + ")", "w`touch " + ran + "`",
                                  std::string("w;id"), std::string("w*"), std::string("W")}) {
    pods += "---\n{apiVersion: v1, kind: Pod, metadata: {namespace: default, name: '" + name +
            "'}, spec: {nodeName: node}}\n";
  }
  write_file(directory_ / "pods.yaml", pods);
  const Finished listed = portcullis({"completion", "pods", "-f", directory_ / "pods.yaml"});
  EXPECT_EQ(listed.out, "default/web\n") << listed.err;
  // The second argument is what a program says that is older, and lists every name.
  const std::string script =
      "PATH=$(dirname $0):$PATH; source <(portcullis completion bash); "
      "names=$2; "
      "[ -z \"$2\" ] || portcullis() { printf %s \"$names\"; }; "
      "COMP_WORDS=(portcullis explain -f $1 --from def); COMP_CWORD=5; _portcullis; "
      "printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto completed = [&](const std::string& names) {
    return run_to_end({{"bash", "-c", script, PORTCULLIS_BINARY, directory_ / "pods.yaml", names},
                       {},
                       nullptr,
                       ""});
  };
  EXPECT_EQ(completed("").out, "default/web\n");
  const std::string every = "default/w$(touch " + ran + ")\ndefault/w*\n";
  EXPECT_EQ(completed(every).out, every);
  EXPECT_FALSE(std::filesystem::exists(ran));
}

TEST_F(CommandLine, BashCompletesFilesWithSpacesInTheirNames) {
  write_file(directory_ / "a pod*.yaml", "");
  const std::string script =
      "PATH=$(dirname $0):$PATH; source <(portcullis completion bash); compopt() { :; }; "
      "COMP_WORDS=(portcullis explain -f \"$1/a\"); COMP_CWORD=3; _portcullis; "
      "printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Finished end =
      run_to_end({{"bash", "-c", script, PORTCULLIS_BINARY, directory_ / "."}, {}, nullptr, ""});
  EXPECT_EQ(end.out, std::string(directory_ / "./a pod*.yaml") + "\n") << end.err;
}

TEST_F(CommandLine, CompileOfWhatCannotBeReadPrintsNothing) {
  write_file(directory_ / "good.yaml", pod_manifest("web", "10.0.0.1"));
  write_file(directory_ / "broken.yaml", "kind: Pod\n  metadata: [\n");
  for (const std::string bad : {"broken.yaml", "missing.yaml"}) {
    const Finished end = portcullis(
        {"compile", "-f", directory_ / "good.yaml", "-f", directory_ / bad, "--node-name", "node"});
    EXPECT_EQ(end.code, 2);
    EXPECT_EQ(end.out, "");
    EXPECT_TRUE(contains(end.err, "portcullis: ")) << end.err;
    EXPECT_TRUE(contains(end.err, bad)) << end.err;
  }
}

TEST_F(CommandLine, OutputThatCannotBeWrittenIsAnError) {
  const Finished end = run_to_end(
      {{"sh", "-c", "exec \"$0\" compile -f - --node-name n >/dev/full", PORTCULLIS_BINARY},
       {},
       nullptr,
       ""});
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "cannot write the output")) << end.err;
}

TEST_F(CommandLine, ConfigurationErrorsNameFileLineAndKey) {
  const std::string file = directory_ / "config.yaml";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"manifests: /m\nnode_name: a\n", file + ":2: node_name: unknown key"},
      {"manifests: [/m]\n", file + ":1: manifests: must be a single value"},
      {"listen: off\nlisten: off\n", file + ":2: listen: is already set"},
      {"listen: here\n", file + ":1: listen: \"here\""},
  };
  for (const auto& [text, words] : cases) {
    write_file(file, text);
    const Finished end = portcullis({"run", "--config", file});
    EXPECT_EQ(end.code, 2);
    EXPECT_EQ(end.err.rfind("portcullis: " + words, 0), 0U) << end.err;
  }
}

TEST_F(CommandLine, UsageErrorsExitWithTwo) {
  const Finished none = portcullis({"run"});
  EXPECT_EQ(none.code, 2);
  EXPECT_TRUE(contains(none.err, "give --kubeconfig FILE or --manifests DIR")) << none.err;
  EXPECT_EQ(portcullis({}).code, 2);
  EXPECT_EQ(portcullis({"fly"}).code, 2);
  EXPECT_EQ(portcullis({"dump", "--nonsense"}).code, 2);
}

TEST_F(CommandLine, HelpAndVersionGoToStdout) {
  const Finished help = portcullis({"compile", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(contains(help.out, "fails closed")) << help.out;
  const Finished version = portcullis({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out.rfind("portcullis ", 0), 0U);
}

TEST_F(CommandLine, WithoutADaemonDiffAndDumpSaySo) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"diff"}, {"dump", "--desired"}}) {
    std::vector<std::string> with_socket = arguments;
    with_socket.insert(with_socket.end(), {"--socket", directory_ / "none.sock"});
    const Finished end = portcullis(with_socket);
    EXPECT_EQ(end.code, 2);
    EXPECT_TRUE(contains(end.err, "no daemon answers on")) << end.err;
  }
}

}  // namespace
}  // namespace portcullis::test
