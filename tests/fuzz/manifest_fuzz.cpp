#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "daemon/files/manifests.h"
#include "tests/support/oracle/compile.h"

// Arbitrary text -> objects -> ruleset: nothing may crash, and the result must print and be equal
// to itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool json = text.starts_with('{') || text.starts_with('[');
  const auto file = portcullis::parse_manifest(json ? "a.json" : "a.yaml", text);
  if (!file) return 0;
  portcullis::ClusterState cluster;
  for (const auto& event : portcullis::merge({*file}).objects) cluster.apply(event);
  const auto ruleset = portcullis::test::compile(cluster, "node-1");
  if (portcullis::print_nft(ruleset).empty() || portcullis::print_json(ruleset).empty()) abort();
  if (!portcullis::diff(ruleset, ruleset).empty()) abort();
  return 0;
}
