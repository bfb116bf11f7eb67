#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace portcullis::test {

// A policy of a malicious tenant, as JSON, that selects every pod of namespace "shop".
struct CostlyPolicy {
  std::string name;
  std::string json;
};

// Policies with a list of `count` items each.
std::string nested_ranges(std::size_t count);     // of ports, each for other peers
std::string shared_port(std::size_t count);       // rules that share a port and have another each
std::string unanchored_peers(std::size_t count);  // in one rule
std::string unanchored_rules(std::size_t count);  // each for a port of its own
std::string exceptions(std::size_t rules, std::size_t of_each);
std::string networks(std::size_t count);      // in one rule
std::string ranges(std::size_t count);        // in one rule; up to 30,000
std::string port_names(std::size_t count);    // of egress, each for other peers
std::string requirements(std::size_t count);  // of each of two selectors
std::string values(std::size_t count);        // of one selector
std::string unknown_fields(std::size_t count);

// Each as large as an API server accepts: slightly below 1 MB.
std::vector<CostlyPolicy> largest_policies();

// The most expensive known policies within the default budget.
std::vector<CostlyPolicy> largest_within_budget();

}  // namespace portcullis::test
