#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/address_owner.h"
#include "compiler/rejection.h"
#include "daemon/source/manifests.h"

namespace portcullis {

// Problems by what they are (without the line number, which moves when a file is edited), each
// with the line to log.
using ProblemLines = std::map<std::string, std::string>;

ProblemLines problem_lines(const std::vector<Problem>& problems,
                           const std::vector<AddressConflict>& conflicts);

// As a problem of the file that it is of, or of the API server.
Problem to_problem(const Rejection& rejection);

// Tells news from what was said before, so that each problem is logged once when it appears and
// once when it is gone. Not thread safe.
class ProblemLog {
 public:
  struct News {
    std::vector<std::string> appeared;
    std::vector<std::string> gone;  // in the words in which they appeared
  };

  // `standing`: every problem there is now.
  News update(ProblemLines standing);

  const ProblemLines& standing() const { return standing_; }

 private:
  ProblemLines standing_;
};

}  // namespace portcullis
