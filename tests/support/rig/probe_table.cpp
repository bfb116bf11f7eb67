#include "tests/support/rig/probe_table.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

namespace portcullis::test {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<Outcome> parse_outcome(const Words& words) {
  for (const auto outcome : {Outcome::kAllowed, Outcome::kDenied, Outcome::kRefused}) {
    if (words == Words{to_string(outcome)}) return outcome;
  }
  return std::nullopt;
}

std::optional<Traffic> parse_traffic(const std::string& word) {
  if (word == to_string(icmp())) return icmp();
  if (word == to_string(gre())) return gre();
  std::uint16_t port = 0;
  std::from_chars(word.data(), word.data() + word.size(), port);
  for (const auto& traffic : {tcp(port), udp(port), sctp(port), tcp_ack(port)}) {
    if (word == to_string(traffic)) return traffic;
  }
  return std::nullopt;
}

// Takes "over IPv4" or "over IPv6" off the end.
std::vector<Family> take_families(Words& words) {
  if (words.size() < 2 || words[words.size() - 2] != "over") return {Family::kIpv4, Family::kIpv6};
  const std::string family = words.back();
  words.resize(words.size() - 2);
  if (family == "IPv4") return {Family::kIpv4};
  if (family == "IPv6") return {Family::kIpv6};
  return {};
}

// Takes names off the front, up to the first that no comma follows.
Words take_names(Words& words) {
  Words names;
  bool more = true;
  while (more && !words.empty()) {
    std::string name = words.front();
    words.erase(words.begin());
    more = name.ends_with(',');
    if (more) name.pop_back();
    names.push_back(name);
  }
  return more ? Words() : names;
}

struct Line {
  Words sources{};
  Words destinations{};
  std::vector<Traffic> traffics{};
  std::vector<Family> families{};
  Outcome expected = Outcome::kAllowed;

  void add_to(std::vector<Probe>& probes) const {
    for (const auto& from : sources) {
      for (const auto& to : destinations) add_pair(from, to, probes);
    }
  }

 private:
  void add_pair(const std::string& from, const std::string& to, std::vector<Probe>& probes) const {
    for (const auto& traffic : traffics) {
      for (const auto family : families) probes.push_back({from, to, traffic, family, expected});
    }
  }
};

std::optional<Line> parse_line(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto expected = parse_outcome(words_of(text.substr(colon + 1)));
  Words words = words_of(text.substr(0, colon));
  Line line{.families = take_families(words), .expected = expected.value_or(Outcome::kError)};
  line.sources = take_names(words);
  if (words.empty() || words.front() != "->") return std::nullopt;
  words.erase(words.begin());
  line.destinations = take_names(words);
  for (const auto& word : words) {
    const auto traffic = parse_traffic(word);
    if (!traffic) return std::nullopt;
    line.traffics.push_back(*traffic);
  }
  const bool complete = expected && !line.families.empty() && !line.sources.empty() &&
                        !line.destinations.empty() && !line.traffics.empty();
  return complete ? std::optional(line) : std::nullopt;
}

}  // namespace

Result<std::vector<Probe>> parse_probes(const std::string& table) {
  std::vector<Probe> probes;
  std::istringstream lines(table);
  for (std::string text; std::getline(lines, text);) {
    if (words_of(text).empty()) continue;
    const auto line = parse_line(text);
    if (!line) return failure(ErrorCode::kInvalidInput, "no line of a probe table: " + text);
    line->add_to(probes);
  }
  if (probes.empty()) return failure(ErrorCode::kInvalidInput, "a probe table without lines");
  return probes;
}

}  // namespace portcullis::test
