#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/kube/assets.h"

// The command lines of the servers, for a directory with their input and storage: ca.crt,
// server.crt, server.key, tokens.csv.
namespace portcullis::test {

inline constexpr std::uint16_t kEtcdPort = 2379;  // of 127.0.0.1

std::vector<std::string> command_line_of_etcd(const KubeAssets& assets,
                                              const std::filesystem::path& directory);

// It listens on `port` of every address.
std::vector<std::string> command_line_of_api_server(const KubeAssets& assets,
                                                    const std::filesystem::path& directory,
                                                    std::uint16_t port);

}  // namespace portcullis::test
