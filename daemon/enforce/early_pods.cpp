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

std::vector<Address> united(std::vector<Address> one, const std::vector<Address>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::ranges::sort(one);
  one.erase(std::unique(one.begin(), one.end()), one.end());
  return one;
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
    early->second.reported |= event.object->uid == pod_uid(early->second.sandbox.uid);
    if (event.object->finished() && early->second.reported) early_.erase(early);
    return;
  }
  reported_.erase(event.key);
  if (early != early_.end() && early->second.reported) early_.erase(early);
}

void EarlyPods::started(const nri::Sandbox& sandbox, Seconds now) {
  if (!has_addresses(sandbox)) return;
  const auto key = key_of(sandbox);
  const auto known = reported_.find(key);
  const bool reported = known != reported_.end() && known->second->uid == pod_uid(sandbox.uid);
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
  const bool is_same = reported && reported->uid == pod_uid(early->second.sandbox.uid);
  const bool knows_all = reported && includes(*reported, early->second.sandbox);
  const bool has_none = reported && reported->host_network;
  if (knows_all || has_none || (is_same && reported->finished())) return reported;
  return early_pod(early->second, reported.get());
}

std::shared_ptr<const Pod> EarlyPods::early_pod(const Early& early, const Pod* reported) const {
  const auto& sandbox = early.sandbox;
  const auto uid = pod_uid(sandbox.uid);
  const bool is_same = reported != nullptr && reported->uid == uid;
  Pod pod = reported != nullptr ? *reported : Pod{};
  pod.key = key_of(sandbox);
  pod.uid = uid;
  pod.node_name = node_name_;
  pod.phase = PodPhase::kRunning;
  pod.created_at = early.since;
  if (!is_same) pod.labels = sandbox.labels;
  pod.addresses = united(is_same ? pod.addresses : std::vector<Address>(), sandbox.addresses);
  return std::make_shared<const Pod>(std::move(pod));
}

}  // namespace portcullis
