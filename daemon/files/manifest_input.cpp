#include "daemon/files/manifest_input.h"

#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <utility>

#include "compiler/base/escape.h"
#include "compiler/cluster/address_owner.h"
#include "daemon/files/manifests.h"
#include "daemon/files/problem_log.h"
#include "daemon/files/replacement.h"

namespace portcullis {
namespace {

Result<void> append(std::vector<ManifestFile>& files, Result<ManifestFile> file) {
  return std::move(file).map([&](ManifestFile read) { files.push_back(std::move(read)); });
}

Result<void> read_directory(const std::filesystem::path& directory,
                            std::vector<ManifestFile>& files) {
  const auto paths = list_manifests(directory);
  if (!paths) return tl::unexpected(paths.error());
  for (const auto& path : *paths) {
    auto done = append(files, read_manifest(path));
    if (!done) return done;
  }
  return {};
}

Result<void> read(const std::string& name, std::istream& in, std::vector<ManifestFile>& files) {
  if (name == "-") {
    const std::string text(std::istreambuf_iterator<char>(in), {});
    return append(files, parse_manifest("stdin", text));
  }
  std::error_code not_there;
  if (std::filesystem::is_directory(name, not_there)) return read_directory(name, files);
  return append(files, read_manifest(name));
}

template <class Object>
bool is_well_formed(const std::map<ObjectKey, std::shared_ptr<const Object>>& objects,
                    const std::string& name) {
  const auto slash = name.find('/');
  if (slash == name.npos) return false;
  const auto found = objects.find({name.substr(0, slash), name.substr(slash + 1)});
  return found != objects.end() && !found->second->malformed;
}

bool is_well_formed(const ClusterState::Namespaces& namespaces, const std::string& name) {
  const auto found = namespaces.find(name);
  return found != namespaces.end() && !found->second->malformed;
}

// A problem may be about an object that is in force anyway, such as a duplicate.
bool is_rejected(const ClusterState& cluster, const std::string& object) {
  const auto space = object.find(' ');
  const auto kind = object.substr(0, space);
  const auto name = space == object.npos ? "" : object.substr(space + 1);
  if (kind == "Pod") return !is_well_formed(cluster.pods(), name);
  if (kind == "Namespace") return !is_well_formed(cluster.namespaces(), name);
  return !is_well_formed(cluster.policies(), name);
}

std::size_t count_rejected(const ClusterState& cluster, const std::vector<Problem>& problems) {
  std::set<std::string> rejected;  // by kind and name, or else by file and document
  for (const auto& problem : problems) {
    const auto& object = problem.defect.object;
    if (object.empty()) {
      rejected.insert(problem.file.string() + ":" + std::to_string(problem.document));
    } else if (is_rejected(cluster, object)) {
      rejected.insert(object);
    }
  }
  return rejected.size();
}

}  // namespace

Result<ManifestInput> read_cluster(const std::vector<std::string>& names, std::istream& in,
                                   const Budgets& budgets) {
  std::vector<ManifestFile> files;
  ManifestInput input{{}, ClusterState(budgets), {}, 0};
  for (const std::string& name : names) {
    std::vector<ManifestFile> later;
    const auto done = read(name, in, later);
    if (!done) return tl::unexpected(done.error());
    for (auto& line : replace_objects(files, later)) input.remarks.push_back(std::move(line));
    std::ranges::move(later, std::back_inserter(files));
  }
  Manifests manifests = merge(files);
  input.objects = update_of(std::move(manifests.objects));
  input.cluster.apply(input.objects);
  for (const auto& rejection : rejected_policies(input.cluster)) {
    manifests.problems.push_back(to_problem(rejection));
  }
  for (const auto& [key, line] :
       problem_lines(manifests.problems, address_conflicts(input.cluster))) {
    input.remarks.push_back(line);
  }
  for (const auto& [key, line] : problem_lines(manifests.not_enforced, {})) {
    input.remarks.push_back(line);
  }
  input.rejected = count_rejected(input.cluster, manifests.problems);
  return input;
}

void say(const std::vector<std::string>& remarks, std::ostream& out) {
  for (const auto& remark : remarks) out << "portcullis: " << escape(remark) << "\n";
}

}  // namespace portcullis
