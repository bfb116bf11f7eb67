#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {

inline constexpr std::uint16_t kPort = 9909;

// A pod of node "node", and a policy of its namespace that denies it all ingress.
std::string pod_manifest(const std::string& name, const std::string& address);
std::string deny_manifest(const std::string& name, const std::string& app);

bool contains(const std::string& text, const std::string& part);
std::size_t count_of(const std::string& text, const std::string& part);

// Runs `portcullis ARGUMENTS` in this process's network namespace, to its end.
Finished portcullis(const std::vector<std::string>& arguments, const std::string& input = "");

// A node: a separate network namespace, a manifest directory and at most one running daemon.
class Node : public testing::Test {
 protected:
  void SetUp() override;

  void write(const std::string& name, const std::string& text) const;
  void remove(const std::string& name) const;

  // Starts `portcullis run` and returns at once; stops the previous one with SIGKILL.
  void start_daemon(const std::vector<std::string>& more = {},
                    const std::vector<std::string>& environment = {});
  void start_and_wait_until_ready(const std::vector<std::string>& more = {});
  int stop_daemon(int signal);

  // From the daemon's health port.
  HttpAnswer get(const std::string& path, const std::string& host = "127.0.0.1") const;
  bool becomes_ready() const;

  Finished portcullis_here(const std::vector<std::string>& arguments) const;
  Finished ask_daemon(std::vector<std::string> arguments) const;  // with its --socket
  Finished nft(const std::vector<std::string>& arguments) const;
  // As nft lists it, stateless, chains by age, without its owner.
  std::string table() const;
  std::string dumped() const;    // as `portcullis dump` prints it, chains by name
  std::string compiled() const;  // what `portcullis compile` makes of the manifest directory
  bool kernel_becomes_compiled() const;
  std::uint32_t generation() const;

  std::optional<NetworkNamespace> network_;
  TemporaryDirectory directory_;
  std::string manifests_ = directory_ / "manifests";
  std::string socket_ = directory_ / "portcullis.sock";
  std::string snapshot_ = directory_ / "portcullis/ruleset";
  std::unique_ptr<ChildProcess> daemon_;
};

}  // namespace portcullis::test
