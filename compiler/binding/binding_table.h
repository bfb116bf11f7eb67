#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/binding/bind_ports.h"
#include "compiler/model/binding_options.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// What the counters of binding_rules() count.
enum class Unbound : std::uint8_t { kSource, kNeighbor, kFrames, kTunnel, kUnknown };
inline constexpr std::array kUnbound = {"source", "neighbor", "frames", "tunnel", "unknown"};

// One of these, by the name of its counter, which is the prefix of its logged packets, too; empty:
// it is something else.
std::string unbound_by(std::string_view name);

inline constexpr std::uint8_t kNeighborSolicitation = 135;  // RFC 4861
inline constexpr std::uint8_t kNeighborAdvertisement = 136;

// Adds the objects that binding_rules() needs of one table to a ruleset; options and ruleset must
// outlive it. See there.
class BindingTable {
 public:
  BindingTable(TableFamily family, const BindingOptions& options, Ruleset& ruleset)
      : family_(family), options_(options), ruleset_(ruleset) {}

  // The sets of these ports and their addresses, and what the options say.
  void add(const std::vector<BoundPort>& ports);
  void add_interfaces(const char* local, const std::vector<BoundPort>& ports, const char* comment);
  void add_neighbor_chains(const std::vector<BoundPort>& ports);
  void add_unknown_pods();  // the sets of what could be a pod
  void add_chain(const char* local, std::vector<Rule> rules, std::optional<BaseChain> base = {},
                 const char* comment = "");
  void add_denial(const char* chain, Unbound what, const char* comment = "");

  std::string name(std::string_view local) const { return name_in(family_, local); }
  Jump go(const char* chain) const { return {name(chain), true}; }
  InSet is_bound(Family family, Field source) const;
  InSet enters_by(const char* interfaces) const;

  bool is_routed() const { return family_ == TableFamily::kInet; }
  bool closes_interfaces() const { return !options_.unknown_pods.interfaces.empty(); }
  bool closes_anything() const { return !options_.unknown_pods.empty(); }
  InSet could_be_pod(Field interface) const;  // closes_interfaces() must hold

  Statement pass() const;  // what has a source that is the pod's

  // Rules at the end of a chain.
  void add_allowed(Family family, Field source, const Statement& then,
                   std::vector<Rule>& rules) const;
  void add_closed_blocks(const Jump& denial, std::vector<Rule>& rules) const;
  void deny(Unbound what, std::vector<Rule>& rules) const;

 private:
  Set& add_set(const std::string& local, std::vector<FieldType> key, const char* comment);
  void add_bound_set(Family family, const std::vector<BoundPort>& ports);
  std::string add_block_set(const std::string& local, Family family,
                            const std::vector<Cidr>& blocks, const char* comment);
  void add_tunnels();
  Chain neighbor_chain(const BoundPort& port) const;

  const TableFamily family_;
  const BindingOptions& options_;
  Ruleset& ruleset_;

  // Names of sets; empty: none.
  std::array<std::string, kFamilies.size()> allowed_;
  std::array<std::string, kFamilies.size()> closed_blocks_;
  std::string closed_interfaces_;
};

}  // namespace portcullis
