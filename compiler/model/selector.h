#pragma once

#include <boost/container/flat_map.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace portcullis {

using Labels = boost::container::flat_map<std::string, std::string>;

enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };

struct Requirement {
  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;  // sorted and unique; empty for Exists and DoesNotExist

  std::strong_ordering operator<=>(const Requirement&) const = default;
};

// A label selector as the Kubernetes API defines it (meta/v1 LabelSelector): all requirements must
// hold; without any it selects everything; NotIn and DoesNotExist hold for a missing key.
// matchLabels are In requirements with one value. A value in canonical form: selectors written in
// another order are equal.
class LabelSelector {
 public:
  LabelSelector() = default;
  explicit LabelSelector(std::vector<Requirement> requirements);

  const std::vector<Requirement>& requirements() const { return requirements_; }
  bool selects_everything() const { return requirements_.empty(); }
  bool matches(const Labels& labels) const;

  // True only if this matches every label set that `narrower` matches. Sound, not complete: it
  // compares requirements of the same key pairwise.
  bool subsumes(const LabelSelector& narrower) const;

  std::strong_ordering operator<=>(const LabelSelector&) const = default;

 private:
  std::vector<Requirement> requirements_;  // sorted and unique
};

// As kubectl takes it with -l: "app=web,tier in (a,b),!legacy". Everything is "".
std::string to_string(const LabelSelector& selector);

}  // namespace portcullis
