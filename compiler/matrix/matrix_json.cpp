#include <algorithm>

#include "compiler/explain/json_document.h"
#include "compiler/matrix/matrix.h"

namespace portcullis {
namespace {

const char* name_of(LeftOut::Reason reason) {
  switch (reason) {
    case LeftOut::Reason::kHostNetwork:
      return "HostNetwork";
    case LeftOut::Reason::kFinished:
      return "Finished";
    case LeftOut::Reason::kNoAddress:
      return "NoAddress";
    case LeftOut::Reason::kAddressTaken:
      break;
  }
  return "AddressTaken";
}

Json to_json(const Party& party) {
  Json addresses = Json::array();
  Json pods = Json::array();
  for (const auto& member : party.members) {
    if (member.pod != nullptr) pods.push_back(to_string(member.pod->key));
    for (const auto& end : member.ends) addresses.push_back(to_string(end.address));
  }
  Json json{{"name", party.name}};
  if (!party.ns.empty()) json["namespace"] = party.ns;
  json["pods"] = pods;
  json["addresses"] = addresses;
  return json;
}

// Rows, then the columns that are not rows.
Json parties_json(const Matrix& matrix) {
  Json json = Json::array();
  for (const auto& party : matrix.from) json.push_back(to_json(party));
  for (const auto& party : matrix.to) {
    const auto known = std::ranges::find(matrix.from, party.name, &Party::name);
    if (known == matrix.from.end()) json.push_back(to_json(party));
  }
  return json;
}

Json to_json(const Party& from, const Party& to, const Cell& cell, const Cell::Part& part) {
  return {{"from", from.name},
          {"to", to.name},
          {"family", to_string(part.family)},
          {"allowed", part.traffic.everything()},
          {"variesByPod", std::ranges::count(cell.parts, part.family, &Cell::Part::family) > 1},
          {"allowedTraffic", to_json(part.traffic)}};
}

}  // namespace

std::string print_json(const Matrix& matrix, Listing listing,
                       const std::vector<std::string>& warnings) {
  auto document = json_document("Matrix", warnings);
  document["parties"] = parties_json(matrix);
  document["connections"] = Json::array();
  for (std::size_t from = 0; from < matrix.from.size(); ++from) {
    for (std::size_t to = 0; to < matrix.to.size(); ++to) {
      const auto& cell = matrix.cells[from][to];
      if (listing == Listing::kRestricted && cell.everything()) continue;
      for (const auto& part : cell.parts) {
        document["connections"].push_back(to_json(matrix.from[from], matrix.to[to], cell, part));
      }
    }
  }
  document["leftOut"] = Json::array();
  for (const auto& [pod, reason] : matrix.left_out) {
    document["leftOut"].push_back({{"pod", to_string(pod->key)}, {"reason", name_of(reason)}});
  }
  return print(document);
}

}  // namespace portcullis
