#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/ruleset/ruleset.h"

namespace portcullis::test {

// One triple of files in this folder:
//
//     NAME.yaml  -> manifests; the first line may say "# node: n2", else it is n1
//     NAME.nft   -> the ruleset that they compile to, as nft(8) lists it
//     NAME.bytes -> the expressions and elements that the kernel gets, as libnftnl prints them
//
struct Golden {
  std::string name;

  std::filesystem::path file(const char* extension) const;
};

std::vector<Golden> all_goldens();

// Fails the test if the manifests have problems.
Ruleset compile(const Golden& golden);

// Compares with the golden file, or rewrites it if UPDATE_GOLDEN is set in the environment.
void expect_golden(const std::filesystem::path& file, const std::string& text);

}  // namespace portcullis::test
