#include "tests/packet/corpus.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/support/manifest/writer.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::ordered_json;

struct NamedProtocol {
  Transport transport;
  Protocol protocol;
};

const std::map<std::string, NamedProtocol> kProtocols = {
    {"TCP", {Transport::kTcp, Protocol::kTcp}},
    {"UDP", {Transport::kUdp, Protocol::kUdp}},
    {"SCTP", {Transport::kSctp, Protocol::kSctp}}};

ObjectKey key_of(const std::string& name) {
  const auto slash = name.find('/');
  return {name.substr(0, slash), name.substr(slash + 1)};
}

// Hand-written pods have no node: use the one with their subnet, "node-2" for 10.244.2.0/24.
std::string node_of(const Json& pod, const Address& address) {
  if (pod.contains("node")) return pod.at("node");
  return "node-" + std::to_string(static_cast<int>(address.value >> 8 & 0xff));
}

// Reads one file, and keeps the first error that is not the JSON library's.
class Reader {
 public:
  Result<std::vector<CorpusCase>> read(const Json& file) {
    const bool generated = file.is_object();
    if (generated) default_state_ = file.at("defaultState");
    std::vector<CorpusCase> cases;
    for (const auto& each : generated ? file.at("cases") : file) {
      cases.push_back(read_case(each));
      if (!error_.empty())
        return failure(ErrorCode::kInvalidInput, cases.back().id + ": " + error_);
    }
    if (cases.empty()) return failure(ErrorCode::kInvalidInput, "it holds no case");
    return cases;
  }

 private:
  CorpusCase read_case(const Json& json) {
    CorpusCase result{.id = json.at("id"), .description = json.at("description")};
    for (const auto& step : json.at("steps")) result.steps.push_back(read_step(step));
    if (result.steps.empty()) fail("it has no step");
    return result;
  }

  CorpusStep read_step(const Json& json) {
    step_ = CorpusStep{.index = json.at("index")};
    for (const auto& policy : json.at("policies")) step_.policies.push_back(policy.dump());
    for (const auto& ns : state_of(json, "namespaces")) add_namespace(ns);
    for (const auto& pod : state_of(json, "pods")) add_pod(pod);
    if (json.contains("expected")) {
      for (const auto& expected : json.at("expected")) add_expectation(expected);
    } else {
      for (const auto& [traffic, rows] : json.at("egress").items())
        add_matrix(traffic, state_of(json, "order"), rows, json.at("ingress").at(traffic));
      if (json.at("egress").size() != json.at("ingress").size()) fail("its matrices do not pair");
    }
    if (step_.expectations.empty()) fail("a step expects nothing");
    return std::move(step_);
  }

  const Json& state_of(const Json& step, const char* name) const {
    return step.contains(name) ? step.at(name) : default_state_.at(name);
  }

  void add_namespace(const Json& json) {
    Namespace ns{.name = json.at("name"), .origin = {}, .labels = json.at("labels")};
    const std::string name = ns.name;
    step_.objects.apply(
        NamespaceEvent{{"", name}, std::make_shared<const Namespace>(std::move(ns))});
  }

  void add_pod(const Json& json) {
    const auto address = parse_address(json.at("ip").get<std::string>());
    if (!address) return fail(address.error().message);
    Pod pod;
    pod.key = {json.at("namespace"), json.at("name")};
    pod.labels = json.at("labels").get<Labels>();
    pod.node_name = node_of(json, *address);
    pod.addresses = {*address};
    pod.phase = PodPhase::kRunning;
    std::vector<NamedPort> ports;
    for (const auto& container : json.at("containers")) {
      const auto found = kProtocols.find(container.at("protocol"));
      if (found == kProtocols.end()) return fail("unknown protocol: " + container.dump());
      ports.push_back({container.at("portName"), found->second.protocol, container.at("port")});
    }
    pod.ports = std::move(ports);
    step_.objects.apply(PodEvent{pod.key, std::make_shared<const Pod>(pod)});
  }

  void add_expectation(const Json& json) {
    const bool allowed = json.at("allowed");
    add(json.at("src"), json.at("dst"), json.at("protocol"), json.at("port"),
        {.probe = {.expected = allowed ? Outcome::kAllowed : Outcome::kDenied}});
  }

  // "TCP/80", a row for each source, a column for each destination.
  void add_matrix(const std::string& traffic, const Json& order, const Json& egress,
                  const Json& ingress) {
    const auto slash = traffic.find('/');
    const auto port = static_cast<std::uint16_t>(std::atoi(traffic.c_str() + slash + 1));
    if (egress.size() != order.size() || ingress.size() != order.size())
      return fail("a matrix has too many or too few rows: " + traffic);
    for (std::size_t from = 0; from < order.size(); ++from) {
      for (std::size_t to = 0; to < order.size(); ++to) {
        const bool leaves = is_allowed(egress.at(from), to, order.size());
        const bool enters = is_allowed(ingress.at(from), to, order.size());
        add(order.at(from), order.at(to), traffic.substr(0, slash), port,
            {.probe = {.expected = leaves && enters ? Outcome::kAllowed : Outcome::kDenied},
             .egress = leaves,
             .ingress = enters});
      }
    }
  }

  bool is_allowed(const std::string& row, std::size_t column, std::size_t columns) {
    if (row.size() != columns || row.find_first_not_of(".X") != row.npos)
      fail("not a row of " + std::to_string(columns) + " verdicts: " + row);
    return row.size() == columns && row[column] == '.';
  }

  void add(const std::string& from, const std::string& to, const std::string& protocol,
           std::uint16_t port, Expectation expectation) {
    const auto source = step_.objects.pods().find(key_of(from));
    const auto destination = step_.objects.pods().find(key_of(to));
    const auto found = kProtocols.find(protocol);
    if (source == step_.objects.pods().end() || destination == step_.objects.pods().end())
      return fail("it expects something of a pod that is not there: " + from + " -> " + to);
    if (found == kProtocols.end() || port == 0) return fail("unknown port or protocol");
    expectation.connection = {source->second->addresses.front(),
                              destination->second->addresses.front(),
                              static_cast<std::uint8_t>(found->second.protocol), port};
    expectation.probe.from = from;
    expectation.probe.to = to;
    expectation.probe.traffic = {found->second.transport, port};
    expectation.probe.family = expectation.connection.source.family;
    if (from == to) {
      expectation.probe.expected = Outcome::kAllowed;
      expectation.egress = expectation.ingress = true;
    }
    step_.expectations.push_back(std::move(expectation));
  }

  void fail(const std::string& message) {
    if (error_.empty()) error_ = message;
  }

  Json default_state_;
  CorpusStep step_;
  std::string error_;
};

}  // namespace

std::vector<std::string> CorpusStep::manifests() const {
  auto texts = policies;
  texts.push_back(to_manifests(objects));
  return texts;
}

std::filesystem::path corpus_folder() {
  const char* folder = std::getenv("PORTCULLIS_CONFORMANCE");
  return folder != nullptr ? folder : "../shared/conformance";
}

Result<std::vector<CorpusCase>> read_corpus(const std::filesystem::path& file) {
  std::string message;
  try {
    std::ifstream stream(file);
    if (!stream) return failure(ErrorCode::kNotFound, "cannot read " + file.string());
    auto cases = Reader().read(Json::parse(stream));
    if (cases) return cases;
    message = cases.error().message;
  } catch (const Json::exception& exception) {
    message = exception.what();
  }
  return failure(ErrorCode::kInvalidInput, file.string() + ": " + message);
}

}  // namespace portcullis::test
