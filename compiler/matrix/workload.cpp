#include "compiler/matrix/workload.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace portcullis {
namespace {

constexpr const char* kTemplateHash = "pod-template-hash";
constexpr const char* kRevisionHash = "controller-revision-hash";
constexpr const char* kStatefulPod = "statefulset.kubernetes.io/pod-name";
constexpr std::array kJobNames = {"batch.kubernetes.io/job-name", "job-name"};
// https://kubernetes.io/docs/reference/labels-annotations-taints/
constexpr std::array<std::string_view, 10> kGenerated = {
    kTemplateHash,
    kRevisionHash,
    kStatefulPod,
    kJobNames[0],
    kJobNames[1],
    "pod-template-generation",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "controller-uid",
    "batch.kubernetes.io/job-completion-index",
};

// The name without its last part, if `is_part` accepts that part.
template <class Predicate>
std::string without_last(const std::string& name, Predicate is_part) {
  const auto dash = name.rfind('-');
  if (dash == name.npos || dash == 0) return name;
  return is_part(std::string_view(name).substr(dash + 1)) ? name.substr(0, dash) : name;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_random(std::string_view text) { return text.size() == 5; }

// A CronJob names its jobs after the minute since 1970: 29 million and more.
bool is_minute(std::string_view text) { return is_number(text) && text.size() >= 8; }

std::string controller_of(const Pod& pod) {
  const auto& labels = *pod.labels;
  for (const auto* job : kJobNames) {
    const auto found = labels.find(job);
    if (found != labels.end()) return without_last(found->second, is_minute);
  }
  if (labels.contains(kStatefulPod)) return without_last(pod.key.name, is_number);
  if (const auto hash = labels.find(kTemplateHash); hash != labels.end()) {
    const auto set = without_last(pod.key.name, is_random);
    return without_last(set, [&](std::string_view part) { return part == hash->second; });
  }
  if (labels.contains(kRevisionHash)) return without_last(pod.key.name, is_random);
  return pod.key.name;
}

std::string common_beginning(const std::string& a, const std::string& b) {
  const auto end = std::ranges::mismatch(a, b).in1;
  return {a.begin(), end};
}

}  // namespace

Labels without_generated(const Labels& labels) {
  Labels kept;
  for (const auto& [key, value] : labels) {
    if (std::ranges::find(kGenerated, key) == kGenerated.end()) kept.emplace(key, value);
  }
  return kept;
}

std::string workload_name(const std::vector<const Pod*>& pods) {
  std::set<std::string> names;
  for (const auto* pod : pods) names.insert(controller_of(*pod));
  const auto ns = pods.front()->key.ns + "/";
  if (names.size() == 1) return ns + *names.begin();
  const auto beginning = common_beginning(*names.begin(), *names.rbegin());
  const auto dash = beginning.rfind('-');
  if (dash != beginning.npos) return ns + beginning.substr(0, dash + 1) + "*";
  return ns + *names.begin() + " (+" + std::to_string(names.size() - 1) + ")";
}

}  // namespace portcullis
