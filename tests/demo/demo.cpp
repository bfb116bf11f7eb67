#include "tests/demo/demo.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/print.h"
#include "daemon/files/manifests.h"
#include "daemon/netlink/routes/port_table.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/support/manifest/writer.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/objects.h"

namespace portcullis::demo {
namespace {

using Clock = std::chrono::steady_clock;

std::string read_example(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(PORTCULLIS_EXAMPLES "/" + name + ".yaml").rdbuf();
  return text.str();
}

}  // namespace

Demo::Demo(const test::Playground& playground, test::Prober& prober, test::Colours colours)
    : playground_(playground), prober_(prober), colours_(colours), daemon_([&] {
        test::write_file(manifests_.path() / "cluster.yaml",
                         test::to_manifests(test::objects_of(playground)));
        return test::ChildSetup{
            {PORTCULLIS_BINARY, "run", "--manifests", manifests_.path().string(), "--node-name",
             node().name, "--socket", runtime_ / "portcullis.sock", "--snapshot", "off",
             // Whether rules log depends on the kernel, and is not compared.
             "--nflog-group", "off"},
            {},
            &node().netns,
            {}};
      }()) {}

bool Demo::run() {
  if (!wait_until_enforced()) return false;
  heading("No policy: everyone reaches everyone");
  show([](const test::Flow&) { return true; });
  for (const auto& chapter : chapters()) {
    if (!tell(chapter)) return false;
  }
  return show_ruleset_and_stop();
}

bool Demo::tell(const Chapter& chapter) {
  heading(chapter.title + ": " + chapter.consequence);
  const auto policy = read_example(chapter.example);
  std::cout << policy << "\nBefore:\n" << last_matrix_;
  const auto start = Clock::now();
  test::write_file(manifests_.path() / "policy.yaml", policy);
  if (!wait_until_enforced()) return false;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  std::cout << "After (in force " << took.count() << " ms after the file was written):\n";
  show(chapter.allowed);
  return true;
}

bool Demo::show_ruleset_and_stop() {
  const auto held = in_kernel();
  heading("The ruleset of the last policy, as `portcullis dump` prints it");
  std::cout << print_nft(held);
  daemon_.signal(SIGTERM);
  const bool stopped = daemon_.wait() == 0;
  const bool stayed = in_kernel() == held;
  heading(stopped && stayed ? "The daemon has stopped; its rules are still in force. Cleaning up."
                            : "The daemon did not stop as it should, or its rules are gone");
  return stopped && stayed;
}

void Demo::heading(const std::string& text) const {
  const bool ansi = colours_ == test::Colours::kAnsi;
  std::cout << "\n" << (ansi ? "\033[1m" : "") << "== " << text << (ansi ? "\033[0m" : "") << "\n";
}

void Demo::show(const std::function<bool(const test::Flow&)>& allowed) {
  const auto results = prober_.run(demo::probes(playground_, allowed));
  const auto count = [&](auto condition) {
    return static_cast<int>(std::count_if(results.begin(), results.end(), condition));
  };
  const auto expected =
      count([](const auto& result) { return result.probe.expected == test::Outcome::kAllowed; });
  const auto seen =
      count([](const auto& result) { return result.seen == test::Outcome::kAllowed; });
  const auto surprises = count([](const auto& result) { return !result.as_expected(); });
  const auto all = static_cast<int>(results.size());
  last_matrix_ = test::print_matrix(results, colours_);
  std::cout << last_matrix_ << all << " probes: expected " << expected << " allowed and "
            << all - expected << " denied; seen " << seen << " and " << all - seen << "; "
            << surprises << " disagree\n"
            << test::describe_surprises(results);
  probes_ += all;
  surprises_ += surprises;
}

// The kernel holds the ruleset of the manifests, compiled here again.
bool Demo::wait_until_enforced() const {
  const auto wanted = compiled();
  if (test::wait_until([&] { return in_kernel() == wanted; })) return true;
  std::cerr << "the daemon did not enforce the manifests:\n" << daemon_.err();
  return false;
}

Ruleset Demo::compiled() const {
  std::vector<ManifestFile> files;
  const auto paths = list_manifests(manifests_.path());
  for (const auto& path : paths.value()) files.push_back(read_manifest(path).value());
  IncrementalCompiler compiler(node().name);
  compiler.apply(update_of(merge(files).objects));
  node().netns.run([&] {
    auto ports = nl::PortTable::open();
    if (ports && ports->read()) compiler.set_ports(ports->ports());
  });
  return compiler.ruleset();
}

Ruleset Demo::in_kernel() const {
  Ruleset ruleset;
  node().netns.run([&] {
    auto kernel = nl::Kernel::open();
    if (!kernel) return;
    auto snapshot = kernel->dump();
    if (snapshot) ruleset = std::move(snapshot->ruleset);
  });
  return ruleset;
}

}  // namespace portcullis::demo
