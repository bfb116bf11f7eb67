#include "compiler/model/shared.h"

#include <boost/container_hash/hash.hpp>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/model/objects.h"

namespace portcullis {
namespace {

std::size_t hash_value(const NamedPort& port) {
  auto seed = boost::hash_value(port.name);
  boost::hash_combine(seed, port.number);
  boost::hash_combine(seed, static_cast<int>(port.protocol));
  return seed;
}

std::size_t hash_value(const Address& address) { return AddressHash()(address); }

template <class T>
std::size_t hash_of(const T& range) {
  std::size_t seed = range.size();
  for (const auto& item : range) {
    if constexpr (std::is_same_v<T, Labels>) {
      boost::hash_combine(seed, item.first);
      boost::hash_combine(seed, item.second);
    } else if constexpr (std::is_same_v<T, std::string>) {
      boost::hash_combine(seed, item);
    } else {
      boost::hash_combine(seed, hash_value(item));
    }
  }
  return seed;
}

template <class T>
struct Hash {
  using is_transparent = void;

  std::size_t operator()(const T& value) const { return hash_of(value); }
  std::size_t operator()(const SharedEntry<T>& entry) const { return hash_of(entry.value); }
};

template <class T>
struct SameValue {
  using is_transparent = void;

  bool operator()(const SharedEntry<T>& one, const SharedEntry<T>& other) const {
    return one.value == other.value;
  }
  bool operator()(const T& value, const SharedEntry<T>& entry) const {
    return value == entry.value;
  }
};

// The process-wide pool of the values of one type, guarded by a mutex. It is never destroyed,
// because the last value may outlive every other static object.
template <class T>
class Pool {
 public:
  boost::intrusive_ptr<const SharedEntry<T>> find_or_add(T value) {
    const std::scoped_lock lock(mutex_);
    auto found = entries_.find(value);
    if (found == entries_.end()) found = entries_.emplace(std::move(value)).first;
    return &*found;
  }

  // Ends the last known use of the entry; find_or_add() may just have added another.
  void release(const SharedEntry<T>& entry) {
    const std::scoped_lock lock(mutex_);
    if (--entry.uses == 0) entries_.erase(entries_.find(entry));
  }

 private:
  std::mutex mutex_;
  std::unordered_set<SharedEntry<T>, Hash<T>, SameValue<T>> entries_;
};

template <class T>
Pool<T>& pool() {
  static auto& pool = *new Pool<T>;
  return pool;
}

}  // namespace

// The last use ends under the pool's lock, so that nobody finds an entry that is being removed.
template <class T>
void intrusive_ptr_release(const SharedEntry<T>* entry) {
  auto uses = entry->uses.load();
  while (uses > 1) {
    if (entry->uses.compare_exchange_weak(uses, uses - 1)) return;
  }
  pool<T>().release(*entry);
}

template <class T>
Shared<T>::Shared() {
  static const auto& nothing = *new auto(pool<T>().find_or_add(T()));
  entry_ = nothing;
}

template <class T>
Shared<T>::Shared(T value) : entry_(pool<T>().find_or_add(std::move(value))) {}

template void intrusive_ptr_release(const SharedEntry<std::string>*);
template void intrusive_ptr_release(const SharedEntry<Labels>*);
template void intrusive_ptr_release(const SharedEntry<std::vector<NamedPort>>*);
template void intrusive_ptr_release(const SharedEntry<std::vector<Address>>*);

template class Shared<std::string>;
template class Shared<Labels>;
template class Shared<std::vector<NamedPort>>;
template class Shared<std::vector<Address>>;

}  // namespace portcullis
