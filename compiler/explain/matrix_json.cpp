#include <nlohmann/json.hpp>

#include "compiler/explain/matrix.h"

namespace portcullis {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

Json to_json(const Party& party) {
  Json addresses = Json::array();
  for (const auto& end : party.ends) addresses.push_back(to_string(end.address));
  return {{"name", party.name}, {"addresses", addresses}};
}

Json to_json(const PortSet& set) {
  Json ports = Json::array();
  for (const auto& range : set) {
    ports.push_back({{"protocol", to_string(static_cast<Protocol>(range.first >> 16))},
                     {"port", range.first & 0xffff},
                     {"endPort", range.last & 0xffff}});
  }
  return ports;
}

Json to_json(const Party& from, const Party& to, const Cell::Part& part) {
  return {{"from", from.name},
          {"to", to.name},
          {"family", part.family == Family::kIpv4 ? "IPv4" : "IPv6"},
          {"allowed", to_string(part.traffic)},
          {"ports", to_json(part.traffic.ports)},
          {"otherProtocols", part.traffic.others}};
}

}  // namespace

std::string print_json(const Matrix& matrix) {
  Json parties = Json::array();
  Json connections = Json::array();
  for (std::size_t from = 0; from < matrix.parties.size(); ++from) {
    parties.push_back(to_json(matrix.parties[from]));
    for (std::size_t to = 0; to < matrix.parties.size(); ++to) {
      for (const auto& part : matrix.cells[from][to].parts) {
        connections.push_back(to_json(matrix.parties[from], matrix.parties[to], part));
      }
    }
  }
  const Json json{{"parties", parties}, {"connections", connections}};
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace portcullis
