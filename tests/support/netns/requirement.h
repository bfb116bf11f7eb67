#pragma once

#include <gtest/gtest.h>

namespace portcullis::test {

// Whether nf_tables must work in a new network namespace here, as unshare(1) and nft(8) say: then
// it is our own fault if it is out of our reach, and no reason to skip a test.
bool nf_tables_must_work();

}  // namespace portcullis::test

// Ends a test, or its SetUp(), that could not get at nf_tables or a network namespace.
#define SKIP_WITHOUT_NF_TABLES(why)                                                   \
  do {                                                                                \
    if (portcullis::test::nf_tables_must_work())                                      \
      FAIL() << (why) << "\nbut nft(8) works in a network namespace of this machine"; \
    GTEST_SKIP() << (why);                                                            \
  } while (false)
