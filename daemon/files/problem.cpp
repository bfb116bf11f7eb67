#include <tuple>

#include "daemon/files/manifests.h"

namespace portcullis {

bool Problem::operator==(const Problem& other) const {
  const auto tie = [](const Problem& problem) {
    return std::tie(problem.file, problem.document, problem.defect.object, problem.defect.field,
                    problem.defect.message, problem.defect.line);
  };
  return tie(*this) == tie(other);
}

std::string to_string(const Problem& problem) {
  const auto& defect = problem.defect;
  auto text = problem.file.string();
  if (defect.line > 0) text += ':' + std::to_string(defect.line);
  if (problem.document > 0) text += ": document " + std::to_string(problem.document);
  if (!defect.object.empty()) text += ": " + defect.object;
  if (!defect.field.empty()) text += ": " + defect.field;
  return text + ": " + defect.message;
}

}  // namespace portcullis
