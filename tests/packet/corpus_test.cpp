// Every case of the conformance corpus, by the reference evaluator and on packets. The corpus is
// not part of the project: without it, these tests are skipped.
#include "tests/packet/corpus.h"

#include <algorithm>
#include <iostream>
#include <span>

#include "daemon/files/manifests.h"
#include "tests/packet/corpus_playground.h"
#include "tests/packet/fixture.h"

namespace portcullis::test {
namespace {

constexpr const char* kHandWritten = "e2e-netpol.json";
constexpr const char* kGeneratedIpv4 = "generated-ipv4.json";
constexpr const char* kGeneratedIpv6 = "generated-ipv6.json";

// Leaves `cases` empty if the test is over: skipped or failed.
void read_or_skip(const std::string& file, std::vector<CorpusCase>& cases) {
  const auto folder = corpus_folder();
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "no conformance corpus in " << folder
                 << " (PORTCULLIS_CONFORMANCE can name another folder)";
  auto read = read_corpus(folder / file);
  ASSERT_TRUE(read) << read.error().message;
  cases = std::move(*read);
}

std::string title(const CorpusCase& each, const CorpusStep& step) {
  return each.id + ", step " + std::to_string(step.index) + ": " + each.description;
}

std::vector<Probe> probes_of(const CorpusStep& step) {
  std::vector<Probe> probes;
  for (const auto& expectation : step.expectations) probes.push_back(expectation.probe);
  return probes;
}

class Tally {
 public:
  void count(const CorpusStep& step) {
    ++steps_;
    probes_ += step.expectations.size();
  }

  void report(std::size_t cases) const {
    EXPECT_GT(probes_, 0U);
    testing::Test::RecordProperty("probes", std::to_string(probes_));
    std::cout << cases << " cases, " << steps_ << " steps, " << probes_ << " probes\n";
  }

 private:
  std::size_t steps_ = 0;
  std::size_t probes_ = 0;
};

Outcome outcome_of(bool allowed) { return allowed ? Outcome::kAllowed : Outcome::kDenied; }

testing::AssertionResult none_surprising(const std::vector<ProbeResult>& results) {
  const std::string surprises = describe_surprises(results);
  if (surprises.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << surprises;
}

ClusterState decoded(const CorpusStep& step) {
  std::vector<ManifestFile> files;
  for (const auto& text : step.manifests()) {
    auto file = parse_manifest("manifest " + std::to_string(files.size()), text);
    EXPECT_TRUE(file) << file.error().message;
    if (file) files.push_back(std::move(*file));
  }
  const auto manifests = merge(files);
  for (const auto& problem : manifests.problems) ADD_FAILURE() << to_string(problem);
  ClusterState cluster;
  for (const auto& event : manifests.objects) cluster.apply(event);
  return cluster;
}

void expect_of_evaluator(const CorpusStep& step) {
  const auto cluster = decoded(step);
  std::vector<ProbeResult> egress;
  std::vector<ProbeResult> ingress;
  std::vector<ProbeResult> both;
  const auto add = [](std::vector<ProbeResult>& results, Probe probe, bool expected, bool seen) {
    probe.expected = outcome_of(expected);
    results.push_back({std::move(probe), outcome_of(seen), ""});
  };
  for (const auto& expectation : step.expectations) {
    const auto seen = evaluate(cluster, expectation.connection);
    const auto& probe = expectation.probe;
    both.push_back({probe, outcome_of(seen.allowed()), ""});
    if (expectation.egress) add(egress, probe, *expectation.egress, seen.egress.allowed());
    if (expectation.ingress) add(ingress, probe, *expectation.ingress, seen.ingress.allowed());
  }
  EXPECT_TRUE(none_surprising(egress)) << "egress alone";
  EXPECT_TRUE(none_surprising(ingress)) << "ingress alone";
  EXPECT_TRUE(none_surprising(both)) << "both directions";
}

// "e2e_netpol", as a test's suffix.
std::string suffix(const std::string& file) {
  std::string name = file.substr(0, file.find('.'));
  std::ranges::replace(name, '-', '_');
  return name;
}

class ConformanceOfEvaluator : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Files, ConformanceOfEvaluator,
                         testing::Values(kHandWritten, kGeneratedIpv4, kGeneratedIpv6),
                         [](const auto& each) { return suffix(each.param); });

TEST_P(ConformanceOfEvaluator, EveryVerdict) {
  std::vector<CorpusCase> cases;
  read_or_skip(GetParam(), cases);
  if (cases.empty()) return;
  Tally tally;
  for (const auto& each : cases) {
    for (const auto& step : each.steps) {
      SCOPED_TRACE(title(each, step));
      expect_of_evaluator(step);
      tally.count(step);
    }
  }
  tally.report(cases.size());
}

// One of several parts of a file, numbered from 1.
struct Part {
  std::size_t number = 1;
  std::size_t of = 1;
};

class Conformance : public PacketTest {
 protected:
  void expect_on_packets(const char* file, Part part = {}) {
    std::vector<CorpusCase> cases;
    read_or_skip(file, cases);
    if (cases.empty()) return;
    const auto first = cases.size() * (part.number - 1) / part.of;
    const auto last = cases.size() * part.number / part.of;
    const auto chosen = std::span<const CorpusCase>(cases).subspan(first, last - first);
    for (const auto& group : group_by_playground(chosen)) {
      BUILD_OR_SKIP(topology_of(group, GetParam().wiring));
      for (const auto& each : group) expect_on_packets(each);
    }
    tally_.report(chosen.size());
  }

 private:
  void expect_on_packets(const CorpusCase& each) {
    for (const auto& step : each.steps) {
      SCOPED_TRACE(title(each, step));
      objects() = step.objects;
      enforce(step.policies);
      EXPECT_TRUE(outcomes_are(probes_of(step)));
      tally_.count(step);
    }
  }

  Tally tally_;
};

INSTANTIATE_TEST_SUITE_P(Wirings, Conformance,
                         testing::Values(Variant{Wiring::kRouted, 3}, Variant{Wiring::kBridged, 3}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Conformance, HandWritten) { expect_on_packets(kHandWritten); }

TEST_P(Conformance, GeneratedIpv4Part1) { expect_on_packets(kGeneratedIpv4, {1, 4}); }
TEST_P(Conformance, GeneratedIpv4Part2) { expect_on_packets(kGeneratedIpv4, {2, 4}); }
TEST_P(Conformance, GeneratedIpv4Part3) { expect_on_packets(kGeneratedIpv4, {3, 4}); }
TEST_P(Conformance, GeneratedIpv4Part4) { expect_on_packets(kGeneratedIpv4, {4, 4}); }

TEST_P(Conformance, GeneratedIpv6Part1) { expect_on_packets(kGeneratedIpv6, {1, 4}); }
TEST_P(Conformance, GeneratedIpv6Part2) { expect_on_packets(kGeneratedIpv6, {2, 4}); }
TEST_P(Conformance, GeneratedIpv6Part3) { expect_on_packets(kGeneratedIpv6, {3, 4}); }
TEST_P(Conformance, GeneratedIpv6Part4) { expect_on_packets(kGeneratedIpv6, {4, 4}); }

}  // namespace
}  // namespace portcullis::test
