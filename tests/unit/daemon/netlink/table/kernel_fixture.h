#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/golden/nft_tool.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// nf_tables of a new network namespace. Skips without the capabilities to create one.
class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override;

  NetworkNamespace& inside() { return *inside_; }
  nl::Kernel& kernel() { return *kernel_; }

  // The ruleset in the kernel; fails the test and is empty if it cannot be read.
  Ruleset dumped();

  // Brings the kernel to `ruleset` by the difference to its content.
  void apply(const Ruleset& ruleset);

  // The error of a transaction that must fail; fails the test and is empty if it succeeds.
  std::string refusal(const Delta& delta);

  // Runs an nft(8) script that must load.
  void load(const std::string& script);
  std::string list(const std::string& family = "inet");  // nft -s list table inet portcullis

 private:
  std::optional<NetworkNamespace> inside_;
  std::optional<nl::Kernel> kernel_;
};

}  // namespace portcullis::test
