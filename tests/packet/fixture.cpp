#include "tests/packet/fixture.h"

#include <fstream>
#include <sstream>

#include "tests/support/manifest/writer.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/rig/agreement.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/objects.h"
#include "tests/support/rig/probe_table.h"

namespace portcullis::test {

std::string name_of(const Variant& variant) {
  return std::string(to_string(variant.wiring)) + "_" + std::to_string(variant.nodes) +
         (variant.nodes == 1 ? "_node" : "_nodes") +
         (variant.proxy ? std::string("_") + to_string(*variant.proxy) : "");
}

void PrintTo(const Variant& variant, std::ostream* out) { *out << name_of(variant); }

Topology in(const Variant& variant, Topology topology) {
  topology.wiring = variant.wiring;
  topology.nodes.clear();
  for (int i = 1; i <= variant.nodes; ++i) topology.nodes.push_back("node-" + std::to_string(i));
  for (std::size_t i = 0; i < topology.pods.size(); ++i)
    topology.pods[i].node = topology.nodes[i % topology.nodes.size()];
  return topology;
}

std::string example(const std::string& name) {
  const std::string path = "manifests/examples/" + name + ".yaml";
  std::ifstream file(path);
  if (!file) ADD_FAILURE() << "cannot read " << path << " (tests run in the repository's root)";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_never_filtered(const Flow& flow) {
  const bool beside = flow.from.is_node() || flow.to.is_node();
  return flow.from.name == flow.to.name || (beside && flow.from.node == flow.to.node);
}

namespace {

testing::AssertionResult is_empty(const std::string& complaints) {
  if (complaints.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << complaints;
}

}  // namespace

void PacketTest::build(const Topology& topology) {
  auto playground = Playground::build(topology);
  if (!playground) {
    const auto& error = playground.error();
    if (error.code == ErrorCode::kPermission) SKIP_WITHOUT_NF_TABLES(error.message);
    if (error.code == ErrorCode::kUnsupported) GTEST_SKIP() << error.message;
    FAIL() << error.message;
  }
  enforcement_.reset();
  prober_.reset();
  playground_ = std::make_unique<Playground>(std::move(*playground));
  objects_ = objects_of(*playground_);
  auto prober = Prober::open(*playground_);
  ASSERT_TRUE(prober) << prober.error().message;
  prober_ = std::make_unique<Prober>(std::move(*prober));
}

const Pod& PacketTest::pod(const std::string& name) const {
  const auto slash = name.find('/');
  return *objects_.pods().at({name.substr(0, slash), name.substr(slash + 1)});
}

void PacketTest::edit_pod(const std::string& name, const std::function<void(Pod&)>& edit) {
  Pod edited = pod(name);
  edit(edited);
  objects_.apply(PodEvent{edited.key, std::make_shared<const Pod>(edited)});
}

void PacketTest::delete_pod(const std::string& name) {
  objects_.apply(PodEvent{pod(name).key, nullptr});
}

void PacketTest::label_namespace(const std::string& name, const Labels& labels) {
  Namespace ns{.name = name, .origin = {}, .labels = labels};
  ns.labels["kubernetes.io/metadata.name"] = name;
  objects_.apply(NamespaceEvent{{"", name}, std::make_shared<const Namespace>(ns)});
}

void PacketTest::enforce(const std::vector<std::string>& manifests,
                         const std::vector<std::string>& problems) {
  if (!enforcement_) {
    auto enforcement = Enforcement::start(*playground_, binds_, binding_);
    ASSERT_TRUE(enforcement) << enforcement.error().message;
    enforcement_ = std::make_unique<Enforcement>(std::move(*enforcement));
  }
  auto texts = manifests;
  texts.push_back(to_manifests(objects_));
  const auto found = enforcement_->apply(texts);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, problems);
}

void PacketTest::believe_sources(bool believe) {
  enforcement_.reset();
  binds_ = !believe;
}

void PacketTest::close_unknown_pods(PodMarks marks) {
  enforcement_.reset();
  binding_.unknown_pods = std::move(marks);
}

void PacketTest::load_nft(const std::string& node, const std::string& script) {
  const auto& netns = playground_->endpoint(node).netns;
  const auto loaded = run_command(netns, {"nft", "-f", "-"}, script);
  ASSERT_TRUE(loaded) << loaded.error().message;
}

std::size_t PacketTest::counted_packets(const std::string& endpoint, const std::string& name) {
  constexpr std::string_view kMark = "packets ";  // of rules, and of named counters
  const auto table = run_command(playground_->endpoint(endpoint).netns, {"nft", "list", "ruleset"});
  if (!table) ADD_FAILURE() << table.error().message;
  std::string text = table.value_or("");
  const auto begin = text.find("table " + name + " {");
  if (begin == text.npos) return 0;
  text = text.substr(begin, text.find("\n}", begin) - begin);
  std::size_t counted = 0;
  for (auto at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
    counted += std::stoul(text.substr(at + kMark.size()));
  }
  return counted;
}

std::size_t PacketTest::dropped_packets(const std::string& node) {
  return counted_packets(node, "inet portcullis") + counted_packets(node, "bridge portcullis");
}

testing::AssertionResult PacketTest::reachability_is(
    const std::function<bool(const Flow&)>& allowed) {
  return outcomes_are(every_probe(*playground_, allowed));
}

testing::AssertionResult PacketTest::outcomes_are(const std::vector<Probe>& probes) {
  const auto results = prober_->run(probes);
  std::string wrong = describe_surprises(results);
  if (enforcement_) {
    wrong += describe_disagreements(enforcement_->cluster(), *playground_, results);
  }
  return is_empty(wrong);
}

testing::AssertionResult PacketTest::outcomes_beside_policies_are(
    const std::vector<Probe>& probes) {
  return is_empty(describe_surprises(prober_->run(probes)));
}

testing::AssertionResult PacketTest::traffic_is(const std::string& table) {
  const auto probes = parse_probes(table);
  if (!probes) return testing::AssertionFailure() << probes.error().message;
  return outcomes_are(*probes);
}

}  // namespace portcullis::test
