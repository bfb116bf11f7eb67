#include "daemon/files/problem_log.h"

#include <utility>

namespace portcullis {

ProblemLines problem_lines(const std::vector<Problem>& problems,
                           const std::vector<AddressConflict>& conflicts) {
  ProblemLines lines;
  for (const Problem& problem : problems) {
    Problem anywhere = problem;
    anywhere.defect.line = 0;
    lines.emplace(to_string(anywhere), to_string(problem));
  }
  for (const AddressConflict& conflict : conflicts) {
    const std::string line = to_string(conflict);
    lines.emplace(line, line);
  }
  return lines;
}

Problem to_problem(const Rejection& rejection) {
  const auto& origin = rejection.origin;
  return {origin.empty() ? "API server" : origin, 0, {rejection.object, "", rejection.reason, 0}};
}

ProblemLog::News ProblemLog::update(ProblemLines standing) {
  News news;
  for (const auto& [key, line] : standing) {
    if (!standing_.contains(key)) news.appeared.push_back(line);
  }
  for (const auto& [key, line] : standing_) {
    if (!standing.contains(key)) news.gone.push_back(line);
  }
  standing_ = std::move(standing);
  return news;
}

}  // namespace portcullis
