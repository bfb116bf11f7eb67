#pragma once

#include <cstddef>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/budget.h"
#include "compiler/policy/port_set.h"
#include "compiler/policy/profile.h"

namespace portcullis {

bool has_any(const Peers& peers, Family family);

// Estimated size of the rules and sets for these peers, in bytes.
std::size_t memory_of(const Peers& peers, Family family);

// The clauses of a profile that have ports and peers of the family.
std::vector<Clause> clauses_by_ports(const Profile& profile, Family family);

// How clauses with ports are looked up: one after another, or by class of ports.
struct Division {
  std::vector<const Clause*> in_turn;
  std::vector<PortClass> classes;
  std::vector<const Peers*> peers;  // of the members of the classes
};

// Points into `by_ports`. Each class also looks up pods for every port (`carried` rules). Fails
// with kInvalidInput if both ways would exceed the budget.
[[nodiscard]] Result<Division> divide(const std::vector<Clause>& by_ports, Family family,
                                      std::size_t carried, const Budget& budget);

}  // namespace portcullis
