#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/model/kind.h"
#include "k8s-client/document/yaml.h"
#include "tests/docs/documents.h"

namespace portcullis::test {
namespace {

using Rights = std::set<std::string>;

std::vector<std::string> texts(const k8s::Document& object, const char* member) {
  std::vector<std::string> texts;
  const auto* found = object.find(member);
  if (found == nullptr || found->list() == nullptr) return texts;
  for (const auto& each : *found->list()) texts.push_back(each.scalar_text().value_or(""));
  return texts;
}

// "list networking.k8s.io/networkpolicies", of the daemon's ClusterRole.
Rights granted() {
  Rights rights;
  const auto documents = k8s::parse_yaml(read_document("manifests/base/rbac.yaml"));
  EXPECT_TRUE(documents);
  for (const auto& document : documents.value()) {
    if (document.find("kind")->scalar_text() != "ClusterRole") continue;
    for (const auto& rule : *document.find("rules")->list()) {
      for (const auto& verb : texts(rule, "verbs")) {
        for (const auto& group : texts(rule, "apiGroups")) {
          for (const auto& resource : texts(rule, "resources")) {
            rights.insert(verb + ' ' + group + '/' + resource);
          }
        }
      }
    }
  }
  return rights;
}

TEST(RightsOfTheDaemon, AreToReadTheKindsThatItEnforces) {
  Rights needed;
  for (const auto& each : kKinds) {
    for (const auto* verb : {"get", "list", "watch"}) {
      needed.insert(std::string(verb) + ' ' + each.group + '/' + each.resource);
    }
  }
  EXPECT_EQ(granted(), needed);
}

}  // namespace
}  // namespace portcullis::test
