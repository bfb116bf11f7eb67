#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/result.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// Runs a program inside the namespace with `input` on its standard input, waits for it, and returns
// its standard output. Fails with its standard error if it does not exit with 0 (kPermission if it
// lacked one); kNotFound if it is not in the system's directories of programs. Thread safe.
[[nodiscard]] Result<std::string> run_command(const NetworkNamespace& netns,
                                              const std::vector<std::string>& argv,
                                              std::string_view input = {});

// One `ip -batch` of iproute2 for all commands ("link set lo up"). An error names the command that
// failed; those before it have taken effect.
[[nodiscard]] Result<void> run_ip(const NetworkNamespace& netns,
                                  const std::vector<std::string>& commands);

struct Sysctl {
  std::string path;  // below /proc/sys: "net/ipv4/ip_forward"
  std::string value;
};

// Sets them in order, in this namespace. kUnsupported where the kernel does not know one.
[[nodiscard]] Result<void> set_sysctls(const NetworkNamespace& netns,
                                       const std::vector<Sysctl>& sysctls);

}  // namespace portcullis::test
