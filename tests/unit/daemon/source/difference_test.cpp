#include "daemon/source/difference.h"

#include <gtest/gtest.h>

#include "daemon/files/manifests.h"
#include "tests/unit/daemon/files/temporary_directory.h"

namespace portcullis {
namespace {

std::vector<Event> objects(const std::string& text) {
  return merge({parse_manifest("a.yaml", text).value()}).events;
}

// "+default/a" if new or changed, "-default/a" if removed.
std::vector<std::string> signs(const std::vector<Event>& events) {
  std::vector<std::string> result;
  for (const auto& event : events) {
    if (const auto* pod = std::get_if<PodEvent>(&event)) {
      result.push_back((pod->pod ? "+" : "-") + to_string(pod->key));
    } else if (const auto* ns = std::get_if<NamespaceEvent>(&event)) {
      result.push_back((ns->ns ? "+" : "-") + ns->name);
    } else {
      const auto& policy = std::get<PolicyEvent>(event);
      result.push_back((policy.policy ? "+" : "-") + to_string(policy.key));
    }
  }
  return result;
}

const std::string kNamespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";

TEST(Difference, OfEqualObjectsIsEmpty) {
  const auto text = pod_yaml("a", "10.0.0.1") + "---\n" + kNamespace + "---\n" + policy_yaml("p");
  EXPECT_TRUE(difference(objects(text), objects(text)).empty());
  EXPECT_TRUE(difference({}, {}).empty());
}

TEST(Difference, IsWhatIsNewChangedOrGone) {
  const auto from = objects(pod_yaml("a", "10.0.0.1") + "---\n" + pod_yaml("b", "10.0.0.2") +
                            "---\n" + pod_yaml("d", "10.0.0.4") + "---\n" + policy_yaml("a"));
  const auto to = objects(pod_yaml("b", "10.0.0.2") + "---\n" + pod_yaml("c", "10.0.0.3") +
                          "---\n" + pod_yaml("d", "10.0.0.5") + "---\n" + kNamespace);
  EXPECT_EQ(signs(difference(from, to)),
            (std::vector<std::string>{"-default/a", "+default/b", "+default/c", "+default/d",
                                      "+shop", "-default/a"}))
      << "b too: it stands in another document now";
  EXPECT_EQ(signs(difference({}, from)).size(), 4U);
  EXPECT_EQ(signs(difference(from, {})),
            (std::vector<std::string>{"-default/a", "-default/b", "-default/d", "-default/a"}));
}

}  // namespace
}  // namespace portcullis
