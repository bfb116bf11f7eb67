// The chart takes the options that the daemon has, apart from those that a DaemonSet has no use
// for.
#include <gtest/gtest.h>

#include <set>

#include "daemon/options/option_table.h"
#include "k8s-client/document/yaml.h"
#include "tests/docs/documents.h"

namespace portcullis::test {
namespace {

// Its pod sets the node's name, and mounts nothing else that these could name.
const std::set<std::string> kNotInAPod = {"manifests", "allow-empty", "kubeconfig",
                                          "context",   "node-name",   "socket"};

TEST(Chart, HasTheOptionsOfTheDaemon) {
  std::set<std::string> known;
  for (const auto& option : option_table()) {
    if (option.in_config_file() && !kNotInAPod.contains(option.name)) known.insert(option.name);
  }
  const auto schema = k8s::parse_yaml(read_document("charts/portcullis/values.schema.json"));
  ASSERT_TRUE(schema);
  const auto* options = &schema->front();
  for (const auto* member : {"properties", "options", "properties"}) {
    options = options->find(member);
    ASSERT_NE(options, nullptr) << member;
  }
  std::set<std::string> taken;
  for (const auto& [name, type] : *options->map()) taken.insert(name);
  EXPECT_EQ(taken, known);
}

}  // namespace
}  // namespace portcullis::test
