#include <benchmark/benchmark.h>

#include <filesystem>
#include <optional>

#include "compiler/ruleset/diff.h"
#include "daemon/boot/boot_snapshot.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/cluster.h"
#include "tests/support/model/deltas.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"

// The cost of saving a table of 60,000 elements for the next boot, on a separate thread, and of
// restoring it; beside it the dump of that table alone.
namespace portcullis::bench {
namespace {

constexpr std::uint32_t kSets = 60;
constexpr std::uint32_t kElements = 1'000;  // of each

Ruleset big_ruleset() {
  auto ruleset = compile({}, "node");
  for (std::uint32_t i = 0; i < kSets; ++i) {
    const std::string name = "peer-v4-" + std::to_string(i);
    Set set{{name, {FieldType::kIpv4Addr}, false, false, ""}, {}};
    for (std::uint32_t j = 0; j < kElements; ++j) {
      const Address address{Family::kIpv4, 0x0a000000 + (i << 16U) + j};
      set.elements.push_back({ElementKey().append(address), {}, {}});
    }
    ruleset.sets[name] = std::move(set);
  }
  return ruleset;
}

class Table {
 public:
  explicit Table(benchmark::State& state) {
    auto netns = test::NetworkNamespace::create();
    if (netns) {
      netns->run([&] {
        auto opened = nl::Kernel::open();
        if (opened) kernel_.emplace(std::move(*opened));
      });
    }
    if (!kernel_ || !fill(big_ruleset())) state.SkipWithError("cannot fill a table");
  }

  explicit operator bool() const { return kernel_.has_value(); }
  bool fill(const Ruleset& ruleset) { return kernel_->commit(diff({}, ruleset)).has_value(); }
  bool remove() { return kernel_->commit(test::to_table(TableChange::kDelete)).has_value(); }

  bool save(const std::string& node_name) {
    return kernel_->dump()
        .and_then([&](const nl::Snapshot& held) {
          return save_boot_snapshot(file_, held.ruleset, node_name);
        })
        .has_value();
  }

  bool read() { return kernel_->dump().has_value(); }
  bool restore() {
    const auto loaded = load_boot_snapshot(file_, "node");
    return loaded && fill(loaded->ruleset);
  }

  double bytes() const { return static_cast<double>(std::filesystem::file_size(file_)); }

 private:
  std::optional<nl::Kernel> kernel_;
  test::TemporaryDirectory directory_;
  std::string file_ = directory_ / "ruleset";
};

// For another node each time, so that the file differs.
void save_changed(benchmark::State& state) {
  Table table(state);
  if (!table) return;
  int turn = 0;
  for (auto _ : state) {
    if (!table.save(++turn % 2 == 0 ? "even" : "odd")) return state.SkipWithError("not saved");
  }
  state.counters["bytes"] = table.bytes();
}

void save_unchanged(benchmark::State& state) {
  Table table(state);
  if (!table) return;
  for (auto _ : state) {
    if (!table.save("node")) return state.SkipWithError("not saved");
  }
}

void restore(benchmark::State& state) {
  Table table(state);
  if (!table || !table.save("node")) return;
  for (auto _ : state) {
    state.PauseTiming();
    if (!table.remove()) return state.SkipWithError("not removed");
    state.ResumeTiming();
    if (!table.restore()) return state.SkipWithError("not restored");
  }
}

// Reference: unavoidable without a copy of the ruleset in the event loop.
void dump_only(benchmark::State& state) {
  Table table(state);
  if (!table) return;
  for (auto _ : state) {
    if (!table.read()) return state.SkipWithError("not read");
  }
}

BENCHMARK(save_changed)->Unit(benchmark::kMillisecond);
BENCHMARK(save_unchanged)->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Unit(benchmark::kMillisecond);
BENCHMARK(dump_only)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
