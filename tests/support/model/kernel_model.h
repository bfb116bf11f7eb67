#pragma once

#include "compiler/base/result.h"
#include "compiler/ruleset/operation.h"

namespace portcullis::test {

// The table as nf_tables would keep it, by nf_tables' rules: references must exist, added objects
// must not, referenced objects cannot be deleted, an interval set is filled once.
class KernelModel {
 public:
  KernelModel() = default;
  explicit KernelModel(Ruleset ruleset)
      : ruleset_(std::move(ruleset)), table_exists_(!ruleset_.empty()) {}

  // On failure this operation changes nothing, and the message names the violation. kBusy: the
  // object to delete is referenced; kConflict: anything else.
  [[nodiscard]] Result<void> apply(const Operation& operation);

  // Every operation in order. A failure names the operation; the earlier ones are applied.
  [[nodiscard]] Result<void> apply(const Delta& delta);

  const Ruleset& ruleset() const { return ruleset_; }
  bool table_exists() const { return table_exists_; }

  bool operator==(const KernelModel&) const = default;

 private:
  Result<void> run(const AddTable&);
  Result<void> run(const DeleteTable&);
  Result<void> run(const AddCounter&);
  Result<void> run(const DeleteCounter&);
  Result<void> run(const AddSet&);
  Result<void> run(const DeleteSet&);
  Result<void> run(const AddChain&);
  Result<void> run(const DeleteChain&);
  Result<void> run(const AddRule&);
  Result<void> run(const FlushChain&);
  Result<void> run(const AddElements&);
  Result<void> run(const DeleteElements&);
  Result<void> run(const FlushSet&);

  Ruleset ruleset_;
  bool table_exists_ = false;
};

}  // namespace portcullis::test
