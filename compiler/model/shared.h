#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace portcullis {

// A value in the process-wide pool of its type (shared.cpp).
template <class T>
struct SharedEntry {
  explicit SharedEntry(T of) : value(std::move(of)) {}

  T value;
  mutable std::atomic<std::size_t> uses = 0;
};

template <class T>
void intrusive_ptr_add_ref(const SharedEntry<T>* entry) {
  entry->uses.fetch_add(1, std::memory_order_relaxed);
}

template <class T>
void intrusive_ptr_release(const SharedEntry<T>* entry);

// An interned value: equal values are stored once, for as long as any of them exists. It reads as a
// `const T`, and comparing two of them compares pointers. As thread safe as std::shared_ptr.
// Explicitly instantiated in shared.cpp for four types.
template <class T>
class Shared {
 public:
  Shared();         // T()
  Shared(T value);  // NOLINT(google-explicit-constructor): it is one
  template <std::convertible_to<T> U>
  requires(!std::same_as<std::remove_cvref_t<U>, Shared>) Shared& operator=(U&& value) {
    return *this = Shared(T(std::forward<U>(value)));
  }

  const T& get() const { return entry_->value; }
  operator const T&() const { return get(); }  // NOLINT(google-explicit-constructor)
  const T& operator*() const { return get(); }
  const T* operator->() const { return &get(); }
  auto begin() const { return get().begin(); }
  auto end() const { return get().end(); }

  bool operator==(const Shared& other) const { return entry_ == other.entry_; }
  friend bool operator==(const Shared& shared, const T& value) { return shared.get() == value; }

 private:
  boost::intrusive_ptr<const SharedEntry<T>> entry_;  // not null
};

}  // namespace portcullis
