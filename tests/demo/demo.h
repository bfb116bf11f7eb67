#pragma once

#include <functional>
#include <string>

#include "compiler/ruleset/ruleset.h"
#include "tests/demo/story.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/rig/matrix.h"
#include "tests/support/rig/prober.h"

namespace portcullis::demo {

// A playground of network namespaces -> `portcullis run` on its node, on a directory of manifests
// -> one policy after another, with probes after each. Writes to standard output. The playground
// and the prober must outlive it; it owns the daemon and the directory.
class Demo {
 public:
  Demo(const test::Playground& playground, test::Prober& prober, test::Colours colours);

  // False if the daemon failed. Verdicts are counted separately.
  bool run();

  int probes() const { return probes_; }
  int surprises() const { return surprises_; }  // probes that were not as expected

 private:
  bool tell(const Chapter& chapter);
  bool show_ruleset_and_stop();
  void heading(const std::string& text) const;
  void show(const std::function<bool(const test::Flow&)>& allowed);
  bool wait_until_enforced() const;
  Ruleset compiled() const;
  Ruleset in_kernel() const;
  const test::Endpoint& node() const { return playground_.endpoints().front(); }

  const test::Playground& playground_;
  test::Prober& prober_;
  const test::Colours colours_;
  test::TemporaryDirectory manifests_;
  test::TemporaryDirectory runtime_;
  test::ChildProcess daemon_;
  std::string last_matrix_;  // as shown
  int probes_ = 0;
  int surprises_ = 0;
};

}  // namespace portcullis::demo
