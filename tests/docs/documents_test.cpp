// Checks what the documentation says about itself and about the program.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/docs/commands.h"
#include "tests/support/process/child_process.h"

namespace portcullis::test {
namespace {

TEST(Documents, HaveBlocksOfKnownKinds) {
  for (const auto& odd : odd_blocks()) ADD_FAILURE() << odd << "\nsee tests/docs/documents.h";
}

TEST(Documents, HaveNoCommandThatNobodyRuns) {
  for (const auto& command : documented_commands()) {
    EXPECT_NE(find_known_command(command.text), nullptr)
        << command.where << ": " << command.text << "\nsay in tests/docs/commands.cpp who runs it";
  }
}

TEST(Documents, HaveEveryCommandThatIsRun) {
  std::set<std::string> texts;
  for (const auto& command : documented_commands()) texts.insert(command.text);
  for (const auto& known : known_commands()) EXPECT_TRUE(texts.contains(known.text)) << known.text;
}

TEST(Documents, RunElsewhereWhatIsATarget) {
  const auto makefile = read_document("Makefile");
  std::set<std::string> targets = {"cluster-e2e", "deb-test"};
  for (const auto& known : known_commands()) {
    if (known.place != Place::kMake) continue;
    targets.insert(known.text.substr(5, known.text.find(' ', 5) - 5));
  }
  for (const auto& target : targets) {
    EXPECT_NE(makefile.find("\n" + target + ":"), makefile.npos) << target;
  }
}

// "`portcullis explain --from POD\|IP`" -> explain: --from
TEST(Documents, NameCommandsAndOptionsThatThereAre) {
  static const std::regex kOption("(^|[ \\[(])(--?[a-z][a-z-]*)");
  std::map<std::string, std::string> help;
  for (const auto& span : code_spans()) {
    std::istringstream words(span.text);
    std::string program;
    std::string command;
    words >> program >> command;
    if (program != "portcullis" || command.empty()) continue;
    if (command.starts_with('-')) continue;
    auto& text = help[command];
    if (text.empty())
      text = run_to_end({{PORTCULLIS_BINARY, command, "--help"}, {}, nullptr, ""}).out;
    EXPECT_NE(text, "") << span.where << ": " << span.text;
    for (std::sregex_iterator at(span.text.begin(), span.text.end(), kOption), end; at != end;
         ++at) {
      EXPECT_TRUE(std::regex_search(text, std::regex("[ ,]" + (*at)[2].str() + "[ ,\n]")))
          << span.where << ": " << span.text;
    }
  }
  EXPECT_GT(help.size(), 5U);
}

// portcullis:0.1.0, portcullis_0.1.0_amd64.deb, "newTag: 0.1.0", "appVersion: 0.1.0"
TEST(Documents, HaveTheVersionThatIsBuilt) {
  static const std::regex kVersion("(portcullis[:_]|newTag: |[vV]ersion: )([0-9]+\\.[0-9.]*[0-9])");
  auto built = run_to_end({{PORTCULLIS_BINARY, "--version"}, {}, nullptr, ""}).out;
  built = built.substr(built.find(' ') + 1, built.size() - built.find(' ') - 2);
  auto files = documents();
  for (const auto* other :
       {"Dockerfile", ".ci/run", "scripts/build_image.sh", "scripts/check_image.sh",
        "manifests/base/kustomization.yaml", "charts/portcullis/Chart.yaml",
        "tests/cluster/real_cluster.cpp", "tests/package/package_test.sh"}) {
    files.emplace_back(other);
  }
  std::set<std::string> with;
  for (const auto& file : files) {
    const auto text = read_document(file);
    for (std::sregex_iterator at(text.begin(), text.end(), kVersion), end; at != end; ++at) {
      EXPECT_EQ((*at)[2].str(), built) << file << ": " << at->str();
      with.insert(file);
    }
  }
  EXPECT_GE(with.size(), 10U);
  const auto changelog = read_document("packaging/debian/changelog");
  EXPECT_TRUE(changelog.starts_with("portcullis (" + built + ") ")) << changelog;
}

// Those within the repository.
TEST(Documents, LinkToWhatIsThere) {
  static const std::regex kLink("\\]\\(([^)#:]+)(#[^)]*)?\\)");
  for (const auto& document : documents()) {
    const auto text = read_document(document);
    const auto folder = std::filesystem::path(document).parent_path();
    for (std::sregex_iterator at(text.begin(), text.end(), kLink), end; at != end; ++at) {
      const std::string target = (*at)[1];
      EXPECT_TRUE(std::filesystem::exists(folder / target)) << document << ": " << target;
    }
  }
}

TEST(Examples, SayWhatTheyAreForAndAreListedAndTried) {
  const auto index = read_document("manifests/examples/README.md");
  const auto tests = read_document("tests/packet/seed_policies_test.cpp");
  for (const auto& entry : std::filesystem::directory_iterator("manifests/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_TRUE(read_document(entry.path()).starts_with("# ")) << entry;
    EXPECT_NE(index.find("](" + entry.path().filename().string() + ")"), index.npos) << entry;
    EXPECT_NE(tests.find("example(\"" + entry.path().stem().string() + "\")"), tests.npos) << entry;
  }
}

// So that a policy tried on the example cluster has an effect, and its peers exist.
TEST(Examples, AreAboutTheExampleCluster) {
  for (const auto& entry : std::filesystem::directory_iterator("manifests/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto end = run_to_end({{PORTCULLIS_BINARY, "matrix", "-f", "docs/example.yaml", "-f",
                                  entry.path(), "--address", "198.51.100.7"},
                                 {},
                                 nullptr,
                                 ""});
    EXPECT_EQ(end.code, 0) << entry << end.err;
    EXPECT_EQ(end.err, "") << entry;
    EXPECT_TRUE(end.out.starts_with("FROM ")) << entry << ": restricts nothing\n" << end.out;
    const bool denies_all = entry.path().filename().string().starts_with("default-deny");
    const bool allows_some =
        end.out.find("/TCP\n") != end.out.npos || end.out.find("/UDP\n") != end.out.npos;
    const bool by_address = entry.path().stem() == "allow-external" ||
                            entry.path().stem() == "restrict-egress" ||
                            entry.path().stem() == "deny-from-other-namespaces";
    EXPECT_TRUE(denies_all || by_address || allows_some) << entry << "\n" << end.out;
  }
}

}  // namespace
}  // namespace portcullis::test
