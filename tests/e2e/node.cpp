#include "tests/e2e/node.h"

#include <algorithm>
#include <csignal>
#include <regex>

#include "daemon/netlink/table/kernel.h"
#include "tests/support/netns/requirement.h"

namespace portcullis::test {

std::string pod_manifest(const std::string& name, const std::string& address) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name +
         "\n  namespace: default\n  labels: {app: " + name + "}\nspec:\n  nodeName: node\n" +
         "status:\n  phase: Running\n  podIP: " + address + "\n";
}

std::string deny_manifest(const std::string& name, const std::string& app) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: " + name +
         "\n  namespace: default\nspec:\n  podSelector:\n    matchLabels: {app: " + app +
         "}\n  policyTypes: [Ingress]\n";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Finished portcullis(const std::vector<std::string>& arguments, const std::string& input) {
  ChildSetup setup{{PORTCULLIS_BINARY}, {}, nullptr, input};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(setup);
}

void Node::SetUp() {
  auto network = NetworkNamespace::create();
  if (!network) SKIP_WITHOUT_NF_TABLES(network.error().message);
  network_.emplace(std::move(*network));
  network_->run(bring_loopback_up);
  std::filesystem::create_directory(manifests_);
}

void Node::write(const std::string& name, const std::string& text) const {
  write_file(std::filesystem::path(manifests_) / name, text);
}

void Node::remove(const std::string& name) const {
  std::filesystem::remove(std::filesystem::path(manifests_) / name);
}

void Node::start_daemon(const std::vector<std::string>& more,
                        const std::vector<std::string>& environment) {
  daemon_.reset();
  ChildSetup setup{{PORTCULLIS_BINARY, "run", "--manifests", manifests_, "--node-name", "node",
                    "--socket", socket_, "--snapshot", snapshot_},
                   environment,
                   &*network_,
                   ""};
  if (std::ranges::find(more, "--nri") == more.end()) {
    setup.arguments.insert(setup.arguments.end(), {"--nri", "off"});  // whatever this machine has
  }
  setup.arguments.insert(setup.arguments.end(), more.begin(), more.end());
  daemon_ = std::make_unique<ChildProcess>(setup);
}

void Node::start_and_wait_until_ready(const std::vector<std::string>& more) {
  start_daemon(more);
  ASSERT_TRUE(becomes_ready()) << daemon_->err();
}

int Node::stop_daemon(int signal) {
  daemon_->signal(signal);
  return daemon_->wait();
}

HttpAnswer Node::get(const std::string& path, const std::string& host) const {
  HttpAnswer answer;
  network_->run([&] { answer = http_get(host, kPort, path); });
  return answer;
}

bool Node::becomes_ready() const {
  return wait_until([&] { return get("/readyz").status == 200; });
}

Finished Node::portcullis_here(const std::vector<std::string>& arguments) const {
  ChildSetup setup{{PORTCULLIS_BINARY}, {}, &*network_, ""};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(setup);
}

Finished Node::ask_daemon(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--socket", socket_});
  return portcullis_here(arguments);
}

Finished Node::nft(const std::vector<std::string>& arguments) const {
  ChildSetup setup{{"nft"}, {}, &*network_, ""};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(setup);
}

std::string Node::table() const {
  static const std::regex owner("( # progname [^\n]*|\tflags [^\n]*\n\n)");
  const auto listed = nft({"-s", "list", "table", "inet", "portcullis"}).out;
  return std::regex_replace(listed, owner, "");
}

std::string Node::dumped() const { return portcullis_here({"dump"}).out; }

std::string Node::compiled() const {
  return portcullis({"compile", "-f", manifests_, "--node-name", "node"}).out;
}

bool Node::kernel_becomes_compiled() const {
  const std::string wanted = compiled();
  return !wanted.empty() && wait_until([&] { return dumped() == wanted; });
}

std::uint32_t Node::generation() const {
  std::uint32_t generation = 0;
  network_->run([&] {
    const auto snapshot =
        nl::Kernel::open().and_then([](nl::Kernel kernel) { return kernel.dump(); });
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    generation = snapshot->generation;
  });
  return generation;
}

}  // namespace portcullis::test
