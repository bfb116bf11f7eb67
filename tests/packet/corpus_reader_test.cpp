// An invalid corpus is an error, never a smaller corpus.
#include <gtest/gtest.h>

#include "tests/packet/corpus.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test {
namespace {

constexpr const char* kPods = R"([
  {"namespace": "n", "name": "a", "labels": {"l": "1"}, "ip": "10.244.2.9", "containers": [
    {"name": "c", "port": 80, "protocol": "UDP", "portName": "web"}]},
  {"namespace": "n", "name": "b", "labels": {}, "ip": "10.244.2.8", "containers": []}])";

std::string generated(const std::string& egress, const std::string& ingress) {
  return std::string(R"({"defaultState": {"namespaces": [{"name": "n", "labels": {}}], "pods": )") +
         kPods + R"(, "order": ["n/a", "n/b"]}, "cases": [{"id": "one", "description": "d",
         "steps": [{"index": 1, "policies": [], "egress": )" +
         egress + R"(, "ingress": )" + ingress + "}]}]}";
}

class CorpusReader : public testing::Test {
 protected:
  Result<std::vector<CorpusCase>> read(const std::string& text) {
    write_file(directory_ / "corpus.json", text);
    return read_corpus(directory_ / "corpus.json");
  }

  std::string error_of(const std::string& text) {
    const auto cases = read(text);
    if (cases) return "";
    const std::string file = directory_ / "corpus.json: ";
    EXPECT_EQ(cases.error().message.substr(0, file.size()), file);
    return cases.error().message.substr(std::min(file.size(), cases.error().message.size()));
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(CorpusReader, PairsTheMatricesOfBothDirections) {
  const auto cases = read(generated(R"({"UDP/80": ["X.", ".X"]})", R"({"UDP/80": ["XX", ".."]})"));
  ASSERT_TRUE(cases) << cases.error().message;
  const auto& expectations = cases->at(0).steps.at(0).expectations;
  ASSERT_EQ(expectations.size(), 4U);
  EXPECT_EQ(to_string(expectations[1].probe), "n/a -> n/b 80/UDP over IPv4");
  EXPECT_EQ(expectations[1].probe.expected, Outcome::kDenied);
  EXPECT_EQ(expectations[1].egress, true);
  EXPECT_EQ(expectations[1].ingress, false);
  EXPECT_EQ(to_string(expectations[1].connection.destination), "10.244.2.8");
  EXPECT_EQ(expectations[2].probe.expected, Outcome::kAllowed);
}

TEST_F(CorpusReader, PodsReachThemselvesWhateverTheFileSays) {
  const auto cases = read(generated(R"({"UDP/80": ["XX", "XX"]})", R"({"UDP/80": ["XX", "XX"]})"));
  ASSERT_TRUE(cases) << cases.error().message;
  for (const auto& each : cases->at(0).steps.at(0).expectations) {
    const bool to_itself = each.probe.from == each.probe.to;
    EXPECT_EQ(each.probe.expected, to_itself ? Outcome::kAllowed : Outcome::kDenied);
    EXPECT_EQ(each.egress, to_itself);
    EXPECT_EQ(each.ingress, to_itself);
  }
}

TEST_F(CorpusReader, NothingToTryIsAnError) {
  EXPECT_EQ(error_of("[]"), "it holds no case");
  EXPECT_EQ(error_of(R"([{"id": "one", "description": "d", "steps": []}])"), "one: it has no step");
  EXPECT_EQ(error_of(generated("{}", "{}")), "one: a step expects nothing");
  EXPECT_NE(error_of("{"), "");
  EXPECT_NE(error_of("{}"), "");
  EXPECT_NE(error_of("7"), "");
}

TEST_F(CorpusReader, MatrixThatDoesNotFitIsAnError) {
  const std::string right = R"({"UDP/80": ["..", ".."]})";
  EXPECT_EQ(error_of(generated(right, right)), "");
  for (const auto* wrong :
       {R"({"UDP/80": [".."]})", R"({"UDP/80": ["..", "."]})", R"({"UDP/80": ["..", ".x"]})",
        R"({"UDP": ["..", ".."]})", R"({"UDP/81": ["..", ".."]})",
        R"({"UDP/80": ["..", ".."], "UDP/81": ["..", ".."]})"}) {
    EXPECT_NE(error_of(generated(wrong, right)), "") << wrong;
    EXPECT_NE(error_of(generated(right, wrong)), "") << wrong;
  }
}

TEST_F(CorpusReader, PodThatIsNotThereIsAnError) {
  const std::string expected = R"("protocol": "UDP", "port": 80, "allowed": true}]}]}])";
  const std::string before = std::string(R"([{"id": "one", "description": "d", "steps": [
      {"index": 1, "policies": [], "namespaces": [], "pods": )") +
                             kPods + R"(, "expected": [{"src": "n/a", )";
  EXPECT_EQ(error_of(before + R"("dst": "n/b", )" + expected), "");
  EXPECT_EQ(error_of(before + R"("dst": "n/c", )" + expected),
            "one: it expects something of a pod that is not there: n/a -> n/c");
}

}  // namespace
}  // namespace portcullis::test
