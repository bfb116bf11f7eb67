#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/cluster/address_owner.h"
#include "compiler/cluster/rejection.h"
#include "daemon/files/manifests.h"

namespace portcullis {

// Problems by identity (without the line number, which changes when a file is edited), each with
// the line to log.
using ProblemLines = std::map<std::string, std::string>;

ProblemLines problem_lines(const std::vector<Problem>& problems,
                           const std::vector<AddressConflict>& conflicts);

// As a problem of its file, or of the API server.
Problem to_problem(const Rejection& rejection);

// Compares problems with the previous ones, so that each is logged once when it appears and once
// when it is resolved. Not thread safe.
class ProblemLog {
 public:
  struct News {
    std::vector<std::string> appeared;
    std::vector<std::string> gone;  // as they were logged when they appeared
  };

  // `standing`: all current problems.
  News update(ProblemLines standing);

  const ProblemLines& standing() const { return standing_; }

 private:
  ProblemLines standing_;
};

}  // namespace portcullis
