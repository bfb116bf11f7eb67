#pragma once

#include <string>
#include <vector>

#include "compiler/explain/matrix.h"

namespace portcullis {

// What one line of the matrix says. A side is a party, or several of them that are treated alike:
// "default/*" is every party of that namespace which the matrix has, "*" is every one, and
// "everyone else" those that no line with the same other side names.
struct MatrixLine {
  std::string from;
  std::string to;
  std::string allowed;
};

// Each pair by itself, or the restricted ones, with as few lines as whole namespaces allow.
std::vector<MatrixLine> matrix_lines(const Matrix& matrix, Listing listing);

}  // namespace portcullis
