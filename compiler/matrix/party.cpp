#include "compiler/matrix/party.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "compiler/matrix/workload.h"

namespace portcullis {
namespace {

// What makes pods one workload. Pods without labels have only that in common.
struct WorkloadKey {
  std::string ns;
  Labels labels;
  std::string name;  // of a pod without labels

  bool operator<(const WorkloadKey& other) const {
    return std::tie(ns, labels, name) < std::tie(other.ns, other.labels, other.name);
  }
};

WorkloadKey key_of(const Pod& pod) {
  return {pod.key.ns, without_generated(*pod.labels), pod.labels->empty() ? pod.key.name : ""};
}

std::optional<LeftOut::Reason> reason_to_leave_out(const Pod& pod) {
  if (pod.host_network) return LeftOut::Reason::kHostNetwork;
  if (pod.finished()) return LeftOut::Reason::kFinished;
  if (pod.addresses.empty()) return LeftOut::Reason::kNoAddress;
  return std::nullopt;
}

Party::Member member_of(const ClusterState& cluster, const Pod& pod) {
  Party::Member member{&pod, {}};
  for (const auto& address : pod.addresses) {
    auto end = find_end(cluster, address);
    if (end.contested) end.pod = &pod;  // it is one of those that claim it
    if (end.pod == &pod) member.ends.push_back(end);
  }
  return member;
}

Party party_of(const ClusterState& cluster, const Address& address) {
  return {to_string(address), "", {{nullptr, {find_end(cluster, address)}}}};
}

// Workloads of one name (such as two versions of a Deployment) are told apart by what differs.
void tell_apart(std::vector<std::pair<Party, Labels>>& workloads) {
  std::map<std::string, std::vector<std::pair<Party, Labels>*>> by_name;
  for (auto& workload : workloads) by_name[workload.first.name].push_back(&workload);
  for (auto& [name, same] : by_name) {
    if (same.size() == 1) continue;
    for (auto* workload : same) {
      std::string text;
      for (const auto& label : workload->second) {
        const bool is_common = std::ranges::all_of(same, [&](const auto* other) {
          const auto found = other->second.find(label.first);
          return found != other->second.end() && found->second == label.second;
        });
        if (is_common) continue;
        if (!text.empty()) text += ',';
        text.append(label.first).append("=").append(label.second);
      }
      if (!text.empty()) workload->first.name += " (" + text + ")";
    }
  }
}

std::vector<Party> group(const ClusterState& cluster, const std::vector<const Pod*>& pods,
                         std::vector<LeftOut>& left_out) {
  std::map<WorkloadKey, std::vector<const Pod*>> groups;
  for (const auto* pod : pods) groups[key_of(*pod)].push_back(pod);
  std::vector<std::pair<Party, Labels>> workloads;
  for (const auto& [key, members] : groups) {
    Party party{workload_name(members), key.ns, {}};
    for (const auto* pod : members) {
      auto member = member_of(cluster, *pod);
      if (member.ends.empty()) {
        left_out.push_back({pod, LeftOut::Reason::kAddressTaken});
      } else {
        party.members.push_back(std::move(member));
      }
    }
    if (!party.members.empty()) workloads.emplace_back(std::move(party), key.labels);
  }
  tell_apart(workloads);
  std::vector<Party> parties;
  parties.reserve(workloads.size());
  for (auto& [party, labels] : workloads) parties.push_back(std::move(party));
  std::ranges::sort(parties, {}, &Party::name);
  return parties;
}

bool is_chosen(const Pod& pod, const MatrixQuery& query) {
  const auto& names = query.namespaces;
  const bool of_namespace = names.empty() || std::ranges::find(names, pod.key.ns) != names.end();
  return of_namespace && query.selector.matches(*pod.labels);
}

template <class Predicate>
Parties parties_of_pods(const ClusterState& cluster, Predicate chosen) {
  Parties found;
  std::vector<const Pod*> pods;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!chosen(*pod)) continue;
    if (const auto reason = reason_to_leave_out(*pod)) {
      found.left_out.push_back({pod.get(), *reason});
    } else {
      pods.push_back(pod.get());
    }
  }
  found.parties = group(cluster, pods, found.left_out);
  return found;
}

bool has_name(const Party& party, const std::string& name) {
  return party.name == name || party.ns == name ||
         std::ranges::any_of(party.members, [&](const Party::Member& member) {
           return member.pod != nullptr && to_string(member.pod->key) == name;
         });
}

bool has_address(const Party& party, const Address& address) {
  return std::ranges::any_of(party.members, [&](const Party::Member& member) {
    return std::ranges::any_of(member.ends, [&](const End& end) { return end.address == address; });
  });
}

tl::unexpected<Error> not_found(const std::string& name, const std::vector<LeftOut>& left_out) {
  for (const auto& [pod, reason] : left_out) {
    if (to_string(pod->key) != name) continue;
    const char* why = reason == LeftOut::Reason::kHostNetwork ? "is on the host network"
                      : reason == LeftOut::Reason::kFinished  ? "has finished"
                      : reason == LeftOut::Reason::kNoAddress
                          ? "has no address yet"
                          : "has lost its address to another pod";
    return failure(ErrorCode::kNotFound, "pod " + name + " " + why);
  }
  return failure(ErrorCode::kNotFound, "there is no pod, workload or namespace " + name);
}

}  // namespace

Parties find_parties(const ClusterState& cluster, const MatrixQuery& query) {
  auto found = parties_of_pods(cluster, [&](const Pod& pod) { return is_chosen(pod, query); });
  for (const auto& address : query.addresses) {
    found.parties.push_back(party_of(cluster, address));
  }
  return found;
}

Result<Parties> find_parties(const ClusterState& cluster, const PartyNames& names) {
  auto all = parties_of_pods(cluster, [](const Pod&) { return true; });
  std::vector<bool> taken(all.parties.size());
  Parties found;
  std::vector<Party> outside;
  for (const auto& name : names) {
    const auto address = parse_address(name);
    bool is_there = false;
    for (std::size_t i = 0; i < all.parties.size(); ++i) {
      const auto& party = all.parties[i];
      if (!(address ? has_address(party, *address) : has_name(party, name))) continue;
      taken[i] = true;
      is_there = true;
    }
    if (!is_there && !address) return not_found(name, all.left_out);
    if (!is_there) outside.push_back(party_of(cluster, *address));
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i]) found.parties.push_back(std::move(all.parties[i]));
  }
  std::ranges::move(outside, std::back_inserter(found.parties));
  return found;
}

}  // namespace portcullis
