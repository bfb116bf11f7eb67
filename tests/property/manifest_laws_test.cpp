// A printed counterexample is faithful: manifests read back as the original objects.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "daemon/files/manifests.h"
#include "tests/property/generators.h"
#include "tests/support/manifest/writer.h"

namespace portcullis::test {
namespace {

template <class T>
void assert_equal(const std::map<ObjectKey, std::shared_ptr<const T>>& before,
                  const std::map<ObjectKey, std::shared_ptr<const T>>& after) {
  RC_ASSERT(before.size() == after.size());
  for (const auto& [key, object] : before) {
    T read = *after.at(key);
    read.origin = object->origin;
    RC_ASSERT(read == *object);
  }
}

RC_GTEST_PROP(ManifestLaws, WhatIsPrintedReadsBackAsItWas, ()) {
  const auto cluster = any_cluster();
  const auto text = to_manifests(cluster);
  const auto file = parse_manifest("printed", text);
  if (!file) RC_FAIL(file.error().message + "\n" + text);
  const auto read = cluster_of(merge({*file}).objects);
  assert_equal(cluster.pods(), read.pods());
  assert_equal(cluster.policies(), read.policies());
  RC_ASSERT(cluster.namespaces().size() == read.namespaces().size());
  for (const auto& [name, ns] : cluster.namespaces()) {
    RC_ASSERT(read.namespaces().at(name)->labels == ns->labels);
    RC_ASSERT(read.namespaces().at(name)->malformed == ns->malformed);
  }
}

}  // namespace
}  // namespace portcullis::test
