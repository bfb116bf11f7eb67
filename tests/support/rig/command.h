#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// Runs a program inside the namespace with `input` on its standard input, waits for it, and returns
// its standard output. Fails with its standard error if its exit code is not 0 (kPermission if it
// lacked a permission); kNotFound if it is not in the system's program directories. Thread safe.
[[nodiscard]] Result<std::string> run_command(const NetworkNamespace& netns,
                                              const std::vector<std::string>& argv,
                                              std::string_view input = {});

// One `ip -batch` of iproute2 for all commands ("link set lo up"). An error names the failed
// command; earlier ones have taken effect.
[[nodiscard]] Result<void> run_ip(const NetworkNamespace& netns,
                                  const std::vector<std::string>& commands);

struct Sysctl {
  std::string path;  // below /proc/sys: "net/ipv4/ip_forward"
  std::string value;
};

// Sets them in order, in this namespace. kUnsupported if the kernel does not know one.
[[nodiscard]] Result<void> set_sysctls(const NetworkNamespace& netns,
                                       const std::vector<Sysctl>& sysctls);

}  // namespace portcullis::test
