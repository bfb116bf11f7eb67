#pragma once

#include <string>
#include <vector>

#include "compiler/matrix/matrix.h"

namespace portcullis {

// One line of the matrix. A side is a party, or several parties that are treated alike: "default/*"
// is every party of that namespace in the matrix, "*" is every party, and "everyone else" are those
// that no line with the same other side names.
struct MatrixLine {
  std::string from;
  std::string to;
  std::string allowed;
};

// Each pair on its own line, or the restricted ones in as few lines as whole namespaces allow.
std::vector<MatrixLine> matrix_lines(const Matrix& matrix, Listing listing);

}  // namespace portcullis
