#include "compiler/shared.h"

#include <boost/container_hash/hash.hpp>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "compiler/objects.h"

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

// Process-wide intern pool, by hash. Never destroyed, since the last value may go after everything
// else.
template <class T>
class Pool {
 public:
  std::shared_ptr<const T> find_or_add(T value) {
    const auto hash = hash_of(value);
    std::vector<std::shared_ptr<const T>> unequal;  // released after unlocking
    const std::scoped_lock lock(mutex_);
    const auto [first, last] = values_.equal_range(hash);
    for (auto entry = first; entry != last; ++entry) {
      auto found = entry->second.lock();
      if (found && *found == value) return found;
      if (found) unequal.push_back(std::move(found));
    }
    std::shared_ptr<const T> added(new T(std::move(value)), [this, hash](const T* gone) {
      forget(hash);
      delete gone;
    });
    values_.emplace(hash, added);
    return added;
  }

 private:
  void forget(std::size_t hash) {
    const std::scoped_lock lock(mutex_);
    const auto [first, last] = values_.equal_range(hash);
    for (auto entry = first; entry != last;) {
      entry = entry->second.expired() ? values_.erase(entry) : std::next(entry);
    }
  }

  std::mutex mutex_;
  std::unordered_multimap<std::size_t, std::weak_ptr<const T>> values_;
};

template <class T>
Pool<T>& pool() {
  static auto& pool = *new Pool<T>;
  return pool;
}

}  // namespace

template <class T>
Shared<T>::Shared() {
  static const auto& nothing = *new std::shared_ptr<const T>(pool<T>().find_or_add(T()));
  value_ = nothing;
}

template <class T>
Shared<T>::Shared(T value) : value_(pool<T>().find_or_add(std::move(value))) {}

template class Shared<std::string>;
template class Shared<Labels>;
template class Shared<std::vector<NamedPort>>;
template class Shared<std::vector<Address>>;

}  // namespace portcullis
