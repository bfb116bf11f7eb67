#include "compiler/explain/explanation.h"

#include <algorithm>

namespace portcullis {

bool Explanation::allowed() const {
  return question.all_traffic ? between.both().everything() : evaluation.allowed();
}

Explanation explain(const ClusterState& cluster, const Question& question) {
  const auto source = find_end(cluster, question.connection.source);
  const auto destination = find_end(cluster, question.connection.destination);
  return {question, source, destination,
          evaluate(cluster, question.connection, source, destination),
          traffic_between(cluster, source, destination)};
}

Explanation explain(const ClusterState& cluster, const Connection& connection) {
  return explain(cluster, Question{.connection = connection});
}

Result<std::vector<Explanation>> explain(const ClusterState& cluster, const std::string& from,
                                         const std::string& to, Unknown unknown) {
  return parse_query(cluster, from, to, unknown).map([&](const std::vector<Question>& questions) {
    std::vector<Explanation> explanations;
    explanations.reserve(questions.size());
    for (const auto& question : questions) explanations.push_back(explain(cluster, question));
    return explanations;
  });
}

bool all_allowed(const std::vector<Explanation>& explanations) {
  return std::ranges::all_of(explanations, [](const auto& each) { return each.allowed(); });
}

}  // namespace portcullis
