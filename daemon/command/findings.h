#pragma once

#include <ostream>
#include <string>

#include "compiler/base/escape.h"
#include "daemon/options/exit_code.h"

namespace portcullis {

// The output of `portcullis check`: one line per check, escaped.
class Findings {
 public:
  explicit Findings(std::ostream& out) : out_(out) {}

  void good(const std::string& what) { out_ << "ok      " << escape(what) << '\n'; }
  void note(const std::string& what) { out_ << "note    " << escape(what) << '\n'; }
  void bad(const std::string& what) {
    out_ << "FAILED  " << escape(what) << '\n';
    failed_ = true;
  }

  ExitCode exit_code() const { return failed_ ? ExitCode::kNegative : ExitCode::kOk; }

 private:
  std::ostream& out_;
  bool failed_ = false;
};

}  // namespace portcullis
