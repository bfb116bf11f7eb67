#include "daemon/enforce/early_pods.h"

#include <algorithm>
#include <utility>

namespace portcullis {
namespace {

ObjectKey key_of(const nri::Sandbox& sandbox) { return {sandbox.ns, sandbox.name}; }

bool has_addresses(const nri::Sandbox& sandbox) {
  return !sandbox.network_namespace.empty() && !sandbox.addresses.empty();
}

bool includes(const Pod& pod, const nri::Sandbox& sandbox) {
  return std::ranges::all_of(sandbox.addresses, [&](const Address& address) {
    return std::ranges::binary_search(pod.addresses, address);
  });
}

// Manifests need not have a uid.
bool is_of(const nri::Sandbox& sandbox, const Pod& pod) {
  return pod.uid == 0 || sandbox.uid.empty() || pod.uid == pod_uid(sandbox.uid);
}

std::vector<Address> sorted(std::vector<Address> addresses) {
  std::ranges::sort(addresses);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace

Update EarlyPods::complete(Update update) {
  for (auto& list : update.lists) {
    if (list.kind == Kind::kPod) complete(list.objects);
  }
  for (auto& event : update.events) {
    const auto* pod = std::get_if<PodEvent>(&event);
    if (pod == nullptr) continue;
    note(*pod);
    if (early_.contains(pod->key)) event = event_of(pod->key);
  }
  for (const auto& key : std::exchange(told_, {})) update.events.push_back(event_of(key));
  return update;
}

// All pods, sorted by their keys.
void EarlyPods::complete(std::vector<Event>& pods) {
  auto gone = reported_;
  for (const auto& event : pods) {
    const auto& pod = std::get<PodEvent>(event);
    if (is_here(pod)) gone.erase(pod.key);
    note(pod);
  }
  for (const auto& [key, pod] : gone) note({key, nullptr});
  for (const auto& [key, early] : early_) {
    const auto place = std::ranges::lower_bound(pods, key, {}, portcullis::key_of);
    const bool is_there = place != pods.end() && portcullis::key_of(*place) == key;
    auto event = event_of(key);
    if (is_removal(event)) continue;
    is_there ? void(*place = std::move(event)) : void(pods.insert(place, std::move(event)));
  }
}

bool EarlyPods::is_here(const PodEvent& event) const {
  return event.object && !event.object->node_name->empty() && event.object->is_local_to(node_name_);
}

// What the API says of a pod of this node.
void EarlyPods::note(const PodEvent& event) {
  const auto early = early_.find(event.key);
  if (is_here(event)) {
    reported_[event.key] = event.object;
    if (early == early_.end()) return;
    if (!is_of(early->second.sandbox, *event.object)) return;
    early->second.reported = true;
    if (event.object->finished()) early_.erase(early);
    return;
  }
  reported_.erase(event.key);
  if (early != early_.end() && early->second.reported) early_.erase(early);
}

void EarlyPods::started(const nri::Sandbox& sandbox, Seconds now) {
  if (!has_addresses(sandbox)) return;
  const auto key = key_of(sandbox);
  const auto known = reported_.find(key);
  const bool reported = known != reported_.end() && is_of(sandbox, *known->second);
  early_.insert_or_assign(key, Early{sandbox, now, reported});
  told_.insert(key);
}

void EarlyPods::ended(const nri::Sandbox& sandbox) {
  const auto early = early_.find(key_of(sandbox));
  if (early == early_.end() || early->second.sandbox.id != sandbox.id) return;
  told_.insert(early->first);
  early_.erase(early);
}

void EarlyPods::synchronized(const std::vector<nri::Sandbox>& sandboxes, Seconds now) {
  const auto before = std::exchange(early_, {});
  for (const auto& [key, early] : before) told_.insert(key);
  for (const auto& sandbox : sandboxes) {
    const auto known = before.find(key_of(sandbox));
    const bool is_same = known != before.end() && known->second.sandbox.id == sandbox.id;
    started(sandbox, is_same ? known->second.since : now);
  }
}

Event EarlyPods::event_of(const ObjectKey& key) const { return PodEvent{key, pod_of(key)}; }

std::shared_ptr<const Pod> EarlyPods::pod_of(const ObjectKey& key) const {
  const auto known = reported_.find(key);
  const auto reported = known == reported_.end() ? nullptr : known->second;
  const auto early = early_.find(key);
  if (early == early_.end()) return reported;
  const auto& sandbox = early->second.sandbox;
  if (!reported || !is_of(sandbox, *reported)) return early_pod(early->second, nullptr);
  const bool is_up_to_date = includes(*reported, sandbox) || reported->finished();
  if (is_up_to_date || reported->host_network) return reported;
  return early_pod(early->second, reported.get());
}

// `reported`: what the API knows of the same pod; null: nothing.
std::shared_ptr<const Pod> EarlyPods::early_pod(const Early& early, const Pod* reported) const {
  const auto& sandbox = early.sandbox;
  Pod pod = reported != nullptr ? *reported : Pod{};
  if (reported == nullptr) {
    pod.key = key_of(sandbox);
    pod.uid = pod_uid(sandbox.uid);
    pod.node_name = node_name_;
    pod.labels = sandbox.labels;
  }
  pod.phase = PodPhase::kRunning;
  pod.created_at = early.since;
  pod.addresses = sorted(sandbox.addresses);
  return std::make_shared<const Pod>(std::move(pod));
}

}  // namespace portcullis
