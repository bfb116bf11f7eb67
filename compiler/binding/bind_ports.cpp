#include "compiler/binding/bind_ports.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace portcullis {
namespace {

// By network namespace.
class Binder {
 public:
  Binder(const PodPorts& ports, const Bindings& before, const Claims& claims)
      : ports_(ports), claims_(claims) {
    for (const auto& port : ports) {
      auto& space = spaces_[port.network_namespace];
      for (const auto& address : port.addresses) add_claimant(space, address);
      remember(space, port, before);
    }
    for (const auto& [number, space] : spaces_) {
      for (const auto& pod : space.candidates) holders_[pod].insert(number);
    }
  }

  Bindings run() {
    for (auto& [number, space] : spaces_) take_own(space);
    for (const auto& [pod, spaces] : holders_) settle_shared(pod, spaces);
    for (const auto& port : ports_) put(port);
    return std::move(bindings_);
  }

 private:
  struct Space {
    std::set<ObjectKey> candidates;  // pods that it may be
    std::optional<ObjectKey> pod;    // that it is
    bool was_pod = false;
    bool is_several = false;  // nobody else may be these pods
  };

  void add_claimant(Space& space, const Address& address) const {
    const auto subject = claims_.subject_of(address);
    if (subject.pod && !subject.contested) space.candidates.insert(subject.pod->key);
  }

  void remember(Space& space, const PodPort& port, const Bindings& before) const {
    const auto found = before.ports.find(port.index);
    if (found == before.ports.end()) return;
    space.was_pod = true;
    const auto& pod = found->second.pod;
    if (!pod.name.empty() && claims_.local_pod(pod)) space.candidates.insert(pod);
  }

  // The pod that no other namespace may be.
  void take_own(Space& space) {
    for (const auto& pod : space.candidates) {
      if (holders_.at(pod).size() > 1) continue;
      space.is_several = space.pod.has_value() || space.is_several;
      space.pod = pod;
    }
    if (!space.is_several) return;
    space.pod.reset();
    for (const auto& pod : space.candidates) {
      if (holders_.at(pod).size() == 1) contest(pod);
    }
  }

  // Those that are another pod have only put its address into theirs.
  void settle_shared(const ObjectKey& pod, const std::set<int>& spaces) {
    if (spaces.size() < 2) return;
    std::vector<Space*> open;
    for (const int number : spaces) {
      auto& space = spaces_.at(number);
      if (!space.pod && !space.is_several) open.push_back(&space);
    }
    const bool is_clear = open.size() == 1 && open.front()->candidates.size() == 1;
    if (is_clear) {
      open.front()->pod = pod;
    } else if (!open.empty()) {
      contest(pod);
    }
  }

  void contest(const ObjectKey& key) {
    const auto pod = claims_.local_pod(key);
    if (pod) bindings_.contested.insert(pod->addresses.begin(), pod->addresses.end());
  }

  void put(const PodPort& port) {
    const auto& space = spaces_.at(port.network_namespace);
    if (!space.was_pod && space.candidates.empty()) return;
    auto& bound = bindings_.ports[port.index];
    bound.interface = port.interface;
    bound.bridge = port.bridge;
    bound.network_namespace = port.network_namespace;
    if (!space.pod) return;
    bound.pod = *space.pod;
    const auto pod = claims_.local_pod(*space.pod);
    std::ranges::copy_if(pod->addresses, std::back_inserter(bound.sources), [&](const auto& each) {
      const auto subject = claims_.subject_of(each);
      return subject.pod && !subject.contested && subject.pod->key == pod->key;
    });
  }

  const PodPorts& ports_;
  const Claims& claims_;
  std::map<int, Space> spaces_;
  std::map<ObjectKey, std::set<int>> holders_;  // the namespaces that may be a pod
  Bindings bindings_;
};

}  // namespace

Bindings bind_ports(const PodPorts& ports, const Bindings& before, const Claims& claims) {
  return Binder(ports, before, claims).run();
}

}  // namespace portcullis
