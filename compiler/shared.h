#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace portcullis {

// A value of which equal copies are stored once, until the last of them goes. It reads as a `const
// T`, and comparing two compares pointers. Thread safe like a shared_ptr. Explicitly instantiated
// in shared.cpp for the types in use.
template <class T>
class Shared {
 public:
  Shared();         // T()
  Shared(T value);  // NOLINT(google-explicit-constructor): it is one
  template <std::convertible_to<T> U>
  requires(!std::same_as<std::remove_cvref_t<U>, Shared>) Shared& operator=(U&& value) {
    return *this = Shared(T(std::forward<U>(value)));
  }

  const T& get() const { return *value_; }
  operator const T&() const { return *value_; }  // NOLINT(google-explicit-constructor)
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  auto begin() const { return value_->begin(); }
  auto end() const { return value_->end(); }

  bool operator==(const Shared& other) const = default;
  friend bool operator==(const Shared& shared, const T& value) { return *shared.value_ == value; }

 private:
  std::shared_ptr<const T> value_;  // not null
};

}  // namespace portcullis
