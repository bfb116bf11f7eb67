#include "compiler/binding/bind_ports.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace portcullis {
namespace {

// By network namespace. Pods are told apart by their objects, of which there is one each.
class Binder {
 public:
  Binder(const PodPorts& ports, const Bindings& before, const Claims& claims)
      : ports_(ports), claims_(claims) {
    for (const auto& port : ports) {
      auto& space = spaces_[port.network_namespace];
      for (const auto& address : port.addresses) {
        const auto subject = claims_.subject_of(address);
        if (subject.pod && !subject.contested) add(space, subject.pod);
      }
      remember(space, port, before);
    }
    for (auto& [number, space] : spaces_) {
      for (const auto& pod : space.candidates) holders_[pod.get()].push_back(&space);
    }
  }

  Bindings run() {
    for (auto& [number, space] : spaces_) take_own(space);
    for (const auto& [number, space] : spaces_) {
      for (const auto& pod : space.candidates) settle_shared(pod);
    }
    for (const auto& port : ports_) put(port);
    return std::move(bindings_);
  }

 private:
  using PodPointer = std::shared_ptr<const Pod>;

  struct Space {
    std::vector<PodPointer> candidates;  // pods that it may be
    PodPointer pod;                      // that it is
    PodIdentity last;                    // that it was
    bool was_pod = false;
    bool is_several = false;  // nobody else may be these pods
  };

  static void add(Space& space, const PodPointer& pod) {
    auto& candidates = space.candidates;
    if (std::ranges::find(candidates, pod) == candidates.end()) candidates.push_back(pod);
  }

  void remember(Space& space, const PodPort& port, const Bindings& before) const {
    const auto found = before.ports.find(port.index);
    if (found == before.ports.end()) return;
    space.was_pod = true;
    if (space.last.key.name.empty()) space.last = found->second.last;
    if (space.last.key.name.empty()) return;
    const auto pod = claims_.local_pod(space.last.key);
    if (pod && pod->uid == space.last.uid && owns_an_address(pod)) add(space, pod);
  }

  // Another pod may own those that it claims.
  bool owns_an_address(const PodPointer& pod) const {
    return std::ranges::any_of(pod->addresses, [&](const Address& address) {
      return claims_.subject_of(address).pod == pod;
    });
  }

  bool is_its_own(const PodPointer& pod) const { return holders_.at(pod.get()).size() == 1; }

  // The pod that no other namespace may be.
  void take_own(Space& space) {
    for (const auto& pod : space.candidates) {
      if (!is_its_own(pod)) continue;
      space.is_several = space.pod || space.is_several;
      space.pod = pod;
    }
    if (!space.is_several) return;
    space.pod.reset();
    for (const auto& pod : space.candidates) {
      if (is_its_own(pod)) contest(*pod);
    }
  }

  // Those that are another pod have only put its address into theirs.
  void settle_shared(const PodPointer& pod) {
    if (is_its_own(pod)) return;
    std::vector<Space*> open;
    for (auto* space : holders_.at(pod.get())) {
      if (space->pod == pod) return;  // settled already
      if (!space->pod && !space->is_several) open.push_back(space);
    }
    const bool is_clear = open.size() == 1 && open.front()->candidates.size() == 1;
    if (is_clear) {
      open.front()->pod = pod;
    } else if (!open.empty()) {
      contest(*pod);
    }
  }

  void contest(const Pod& pod) {
    bindings_.contested.insert(pod.addresses.begin(), pod.addresses.end());
  }

  void put(const PodPort& port) {
    const auto& space = spaces_.at(port.network_namespace);
    if (!space.was_pod && space.candidates.empty()) return;
    auto& bound = bindings_.ports[port.index];
    bound.interface = port.interface;
    bound.bridge = port.bridge;
    bound.network_namespace = port.network_namespace;
    bound.last = space.last;
    if (!space.pod) return;
    bound.pod = space.pod->key;
    bound.last = {space.pod->key, space.pod->uid};
    std::ranges::copy_if(space.pod->addresses, std::back_inserter(bound.sources),
                         [&](const auto& each) {
                           const auto subject = claims_.subject_of(each);
                           return subject.pod == space.pod && !subject.contested;
                         });
  }

  const PodPorts& ports_;
  const Claims& claims_;
  std::map<int, Space> spaces_;
  std::unordered_map<const Pod*, std::vector<Space*>> holders_;  // that may be a pod
  Bindings bindings_;
};

}  // namespace

Bindings bind_ports(const PodPorts& ports, const Bindings& before, const Claims& claims) {
  return Binder(ports, before, claims).run();
}

Bindings recall(const PodPorts& ports, const BoundInterfaces& interfaces, const Claims& claims) {
  std::map<Address, std::set<int>> spaces;
  for (const auto& port : ports) {
    for (const auto& address : port.addresses) spaces[address].insert(port.network_namespace);
  }
  Bindings before;
  for (const auto& port : ports) {
    const auto bound = interfaces.find(port.interface);
    if (bound == interfaces.end()) continue;
    auto& recalled = before.ports[port.index];
    for (const auto& address : bound->second) {
      const auto subject = claims.subject_of(address);
      const auto now = spaces.find(address);
      const bool is_elsewhere =
          now != spaces.end() && now->second != std::set{port.network_namespace};
      if (!subject.pod || subject.contested || is_elsewhere) continue;
      recalled.last = {subject.pod->key, subject.pod->uid};
    }
  }
  return before;
}

}  // namespace portcullis
