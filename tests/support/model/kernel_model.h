#pragma once

#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/operation.h"

namespace portcullis::test {

// The tables as nf_tables would keep them, by nf_tables' rules: references must exist, added
// objects must not, referenced objects cannot be deleted, an interval set is filled once.
class KernelModel {
 public:
  KernelModel() = default;
  explicit KernelModel(Ruleset ruleset)
      : ruleset_(std::move(ruleset)), tables_(tables_of(ruleset_)) {}

  // On failure this operation changes nothing, and the message names the violation. kBusy: the
  // object to delete is referenced; kConflict: anything else.
  [[nodiscard]] Result<void> apply(const Operation& operation);

  // Every operation in order. A failure names the operation; the earlier ones are applied.
  [[nodiscard]] Result<void> apply(const Delta& delta);

  const Ruleset& ruleset() const { return ruleset_; }
  const std::vector<TableFamily>& tables() const { return tables_; }  // that exist, sorted
  bool exists(TableFamily table) const;

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
  std::vector<TableFamily> tables_;
};

}  // namespace portcullis::test
