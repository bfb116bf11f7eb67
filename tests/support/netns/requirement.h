#pragma once

#include <gtest/gtest.h>

namespace portcullis::test {

// Whether nf_tables works in a new network namespace here, according to unshare(1) and nft(8): then
// a test that cannot use it has a bug, and must not be skipped.
bool nf_tables_must_work();

}  // namespace portcullis::test

// Ends a test, or its SetUp(), that could not use nf_tables or a network namespace.
#define SKIP_WITHOUT_NF_TABLES(why)                                                   \
  do {                                                                                \
    if (portcullis::test::nf_tables_must_work())                                      \
      FAIL() << (why) << "\nbut nft(8) works in a network namespace of this machine"; \
    GTEST_SKIP() << (why);                                                            \
  } while (false)
