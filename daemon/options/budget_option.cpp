#include "daemon/options/budget_option.h"

#include <algorithm>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <string_view>
#include <vector>

namespace portcullis {
namespace {

struct Limit {
  std::string_view name;
  std::size_t* value;
};

std::string names_of(const std::vector<Limit>& limits) {
  std::string names;
  for (const auto& limit : limits) (names += names.empty() ? "" : ", ") += limit.name;
  return names;
}

Result<void> set(const std::vector<Limit>& limits, std::string_view item) {
  const auto name = item.substr(0, item.find('='));
  const auto limit = std::ranges::find(limits, name, &Limit::name);
  if (limit == limits.end()) {
    return failure(
        ErrorCode::kInvalidInput,
        "\"" + std::string(name) + "\" is not a limit; the limits are " + names_of(limits));
  }
  const auto text = item.substr(std::min(name.size() + 1, item.size()));
  const auto [rest, error] = std::from_chars(text.begin(), text.end(), *limit->value);
  if (error != std::errc() || rest != text.end() || *limit->value == 0) {
    return failure(ErrorCode::kInvalidInput, "\"" + std::string(item) + "\" is not " +
                                                 std::string(name) + "=N, with N at least 1");
  }
  return {};
}

}  // namespace

Result<void> set_budget(Budget& budget, std::size_t* pods, const std::string& value) {
  std::vector<Limit> limits = {{"rules", &budget.says.rules}, {"ports", &budget.says.ports},
                               {"peers", &budget.says.peers}, {"cidrs", &budget.says.cidrs},
                               {"sets", &budget.sets},        {"memory", &budget.memory}};
  if (pods != nullptr) limits.push_back({"pods", pods});
  std::vector<std::string> items;
  boost::split(items, value, [](char c) { return c == ','; });
  for (const auto& item : items) {
    if (const auto done = set(limits, item); !done) return done;
  }
  return {};
}

}  // namespace portcullis
