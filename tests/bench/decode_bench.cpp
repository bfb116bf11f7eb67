#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "k8s-client/decode/messages.h"
#include "k8s-client/decode/resource.h"
#include "tests/bench/cluster.h"
#include "tests/bench/pod_json.h"
#include "tests/support/protobuf/encode.h"

// The cost of reading pods of about 6 KB each in JSON, as a page of 500 and as events; beside it
// simdjson's time to index the same bytes and read nothing, and the same page in Protobuf, with the
// fields that are read and as many others. `pods` is a rate.
namespace portcullis::bench {
namespace {

constexpr int kPodsInPage = 500;

std::vector<std::string> pods() {
  std::vector<std::string> all;
  const auto objects = cluster({kPodsInPage, 0, 0});
  for (const auto& [key, pod] : objects.pods()) all.push_back(pod_json(*pod));
  return all;
}

void tell_rates(benchmark::State& state, std::size_t pods, std::size_t bytes) {
  const auto rounds = static_cast<double>(state.iterations());
  state.counters["pods"] = {static_cast<double>(pods) * rounds, benchmark::Counter::kIsRate};
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

bool is_clean(const k8s::Page& page) {
  return std::ranges::all_of(page.objects,
                             [](const k8s::Listed& listed) { return listed.defects.empty(); });
}

void decode_pods_of_page(benchmark::State& state) {
  const auto page = page_json(pods());
  for (auto _ : state) {
    const auto decoded = k8s::decode_page(page, k8s::Encoding::kJson, Kind::kPod);
    if (!decoded || decoded->objects.size() != kPodsInPage || !is_clean(*decoded)) {
      return state.SkipWithError("not all pods were decoded");
    }
  }
  tell_rates(state, kPodsInPage, page.size());
}

void decode_pod_events(benchmark::State& state) {
  std::vector<std::string> events;
  std::size_t bytes = 0;
  for (const auto& pod : pods()) bytes += events.emplace_back(event_json(pod)).size();
  for (auto _ : state) {
    for (const auto& event : events) {
      const auto decoded = k8s::decode_watch_event(event, k8s::Encoding::kJson, Kind::kPod);
      if (!decoded || !decoded->change) return state.SkipWithError("an event was not decoded");
    }
  }
  tell_rates(state, events.size(), bytes);
}

void decode_pods_of_protobuf_page(benchmark::State& state) {
  const auto page = test::protobuf_object(nlohmann::json::parse(page_json(pods())),
                                          k8s::wanted_in_list(Kind::kPod));
  for (auto _ : state) {
    const auto decoded = k8s::decode_page(page, k8s::Encoding::kProtobuf, Kind::kPod);
    if (!decoded || decoded->objects.size() != kPodsInPage || !is_clean(*decoded)) {
      return state.SkipWithError("not all pods were decoded");
    }
  }
  tell_rates(state, kPodsInPage, page.size());
}

// Reference: the index of all brackets, quotes and commas, then each pod skipped.
void skip_pods_of_page(benchmark::State& state) {
  const simdjson::padded_string page(page_json(pods()));
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document document;
    if (parser.iterate(page).get(document)) return state.SkipWithError("no JSON");
    std::size_t count = 0;
    for (auto pod : document["items"].get_array()) count += pod.error() ? 0 : 1;
    if (count != kPodsInPage) return state.SkipWithError("not all pods were seen");
  }
  tell_rates(state, kPodsInPage, page.size());
}

BENCHMARK(decode_pods_of_page)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_pods_of_protobuf_page)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_pod_events)->Unit(benchmark::kMillisecond);
BENCHMARK(skip_pods_of_page)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
