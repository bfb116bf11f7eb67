#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "compiler/model/objects.h"

// Limits on what one tenant's policies may cost. Every limit is checked before the work that it
// bounds, so a policy never costs more than its budget. Whatever exceeds a budget fails closed: it
// isolates its pods and allows nothing.
namespace portcullis {

// The size of one or several policies, counted as written.
struct PolicySize {
  std::size_t rules = 0;
  std::size_t ports = 0;  // items of `ports`
  std::size_t peers = 0;  // requirements of selectors; one without requirements counts as one
  std::size_t cidrs = 0;  // ipBlocks and their exceptions

  PolicySize& operator+=(const PolicySize& other);
  bool operator==(const PolicySize&) const = default;
};

PolicySize size_of(const PolicyRule& rule);
PolicySize size_of(const NetworkPolicy& policy);  // of both directions

// Limits for one policy, or for one profile: one direction of a pod, all policies together.
struct Budget {
  PolicySize says;
  std::size_t sets = 0;    // for one family; of a policy, for both directions together
  std::size_t memory = 0;  // of these without the pods, in bytes, estimated

  bool operator==(const Budget&) const = default;
};

// With these, a policy costs the daemon less than 100 MB and 500 ms, and a packet less than 5 us.
struct Budgets {
  Budget policy{{2'048, 4'096, 2'048, 16'384}, 640, std::size_t{16} << 20U};
  Budget profile{{16'384, 8'192, 8'192, 65'536}, 2'048, std::size_t{64} << 20U};
  std::size_t pods = 262'144;  // addresses in the sets of one profile, for one family

  bool operator==(const Budgets&) const = default;
};

// "3000 rules; the limit is 2048 (rules)" for the first limit exceeded. None if none is.
std::optional<std::string> excess(const PolicySize& size, const Budget& budget);

// The same for one limit by its name in the configuration.
std::string excess(const std::string& what, const char* limit, std::size_t most);

// The same for the number of pods that a profile selects.
std::string pods_excess(std::size_t most);

// Estimates, in bytes.
std::size_t memory_of(const LabelSelector& selector);
inline constexpr std::size_t kMemoryOfElement = 512;  // of an interval set: its copies on the way
inline constexpr std::size_t kCopiesOfSelector =
    3;  // in the profile, its chain, and where it is kept

}  // namespace portcullis
