#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/decode_batch.h"
#include "daemon/netlink/table/encode_batch.h"
#include "tests/property/generators.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

RC_GTEST_PROP(BatchLaws, WhatIsEncodedIsDecoded, ()) {
  const auto ruleset = compile(any_cluster(), kNodes[0]);
  const auto batch = nl::encode(diff({}, ruleset), 0);
  if (!batch) RC_FAIL(batch.error().message);
  const auto decoded = nl::decode_batch(batch->bytes());
  if (!decoded) RC_FAIL(decoded.error().message);
  RC_ASSERT(*decoded == ruleset);
}

}  // namespace
}  // namespace portcullis::test
