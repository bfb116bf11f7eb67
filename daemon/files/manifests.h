#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/update.h"
#include "k8s-client/decode/decode.h"

namespace portcullis {

// A problem in a manifest that its author has to fix.
struct Problem {
  std::filesystem::path file;
  int document = 0;  // in the file, from 1; 0: the file as a whole
  k8s::Defect defect;

  bool operator==(const Problem&) const;
};

// One line: "policies/web.yaml:12: document 2: NetworkPolicy default/web:
// spec.ingress[0].from[1].ipBlock.cidr: ..."
std::string to_string(const Problem& problem);

// One manifest file, all or nothing: every document, or an error (kIo: it cannot be read;
// kInterrupted: it is being written; kInvalidInput: a document is not YAML or JSON, or does not say
// what it is, with the line). A file that ends in mid-document is such an error.
struct ManifestFile {
  std::filesystem::path path;
  std::vector<Event> objects;  // their origin: "<path>, document N"
  std::vector<int> documents;  // documents[i]: the document of objects[i], from 1
  std::vector<Problem> problems;
  std::vector<Problem> not_enforced;  // policies that are not ours
};

// JSON if it begins with {, else YAML, whatever the file name.
[[nodiscard]] Result<ManifestFile> read_manifest(const std::filesystem::path& path);

// The same for text in memory. `name` stands for the path.
[[nodiscard]] Result<ManifestFile> parse_manifest(const std::string& name, std::string_view text);

// The manifest files below `directory` (recursive, sorted): *.yaml, *.yml, *.json, without hidden
// files and editor leftovers. Follows symbolic links (ConfigMap volumes).
[[nodiscard]] Result<std::vector<std::filesystem::path>> list_manifests(
    const std::filesystem::path& directory);

// One object per key from all files. Equal definitions of one key are one object, and a problem;
// different ones fail closed: each is kept, malformed, the second and later under a key that no
// real object can have ("name#2"), and is a problem that names the other file.
struct Manifests {
  std::vector<Event> objects;         // none is a removal; sorted by kind and key
  std::vector<Problem> problems;      // of the files, then what merging found
  std::vector<Problem> not_enforced;  // policies that are not ours, of all files
};

Manifests merge(const std::vector<ManifestFile>& files);

// A list of each kind, of objects as merge() returns them.
Update update_of(std::vector<Event> objects);

}  // namespace portcullis
