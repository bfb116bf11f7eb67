#include "k8s-client/access/kubeconfig.h"

#include <algorithm>
#include <optional>

#include "compiler/base/escape.h"
#include "k8s-client/access/kubeconfig_entry.h"
#include "k8s-client/access/text_file.h"
#include "k8s-client/document/json.h"
#include "k8s-client/document/yaml.h"

namespace portcullis::k8s {
namespace {

struct ConfigFile {
  std::filesystem::path path;  // absolute
  Document root;
};

using ConfigFiles = std::vector<ConfigFile>;

std::string place(const std::filesystem::path& file, int line) {
  return file.string() + (line > 0 ? ':' + std::to_string(line) : "") + ": ";
}

tl::unexpected<Error> failure_of(const ConfigFile& file, const Defect& defect) {
  const auto field = defect.field.empty() ? "" : defect.field + ' ';
  return failure(ErrorCode::kInvalidInput, place(file.path, defect.line) + field + defect.message);
}

Result<Document> parse(const std::filesystem::path& path, std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && text[first] == '{';
  auto documents = json ? parse_json(text) : parse_yaml(text);
  if (!documents) {
    return failure(ErrorCode::kInvalidInput,
                   place(path, documents.error().line) + documents.error().message);
  }
  return documents->empty() ? Document() : std::move(documents->front());
}

Result<ConfigFile> read_file(const std::filesystem::path& path) {
  const auto text = read_text_file(path, "the kubeconfig");
  if (!text) return tl::unexpected(text.error());
  auto root = parse(path, *text);
  if (!root) return tl::unexpected(root.error());
  ConfigFile file{path, std::move(*root)};
  Report report;
  const Field field(file.root, report);
  const bool is_empty = file.root.is_null();
  if (!is_empty && field.require_map()) {
    const auto kind = read_text(field, "kind");
    if (!kind.empty() && kind != "Config") {
      field["kind"].defect("is " + in_quotes(kind) + "; a kubeconfig is a Config");
    }
  }
  if (!report.clean()) return failure_of(file, report.defects.front());
  return file;
}

Result<ConfigFiles> read_files(const std::vector<std::filesystem::path>& paths) {
  ConfigFiles files;
  for (const auto& path : paths) {
    auto file = read_file(std::filesystem::absolute(path));
    if (file) {
      files.push_back(std::move(*file));
    } else if (file.error().code != ErrorCode::kNotFound || paths.size() == 1) {
      return tl::unexpected(file.error());
    }
  }
  if (!files.empty()) return files;
  return failure(ErrorCode::kNotFound, "none of the kubeconfig files exists");
}

std::string names_of(const ConfigFiles& files) {
  std::string names;
  for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.path.string();
  return names;
}

Result<std::string> current_context(const ConfigFiles& files) {
  for (const auto& file : files) {
    Report report;
    const Field root(file.root, report);
    auto name = read_text(root, "current-context");
    if (!report.clean()) return failure_of(file, report.defects.front());
    if (!name.empty()) return name;
  }
  return failure(ErrorCode::kInvalidInput,
                 names_of(files) + ": current-context is missing; add it or name a context");
}

// Calls read(section, directory) for the first entry of this name in any file's `list`; the section
// is the entry's content beside its name: "clusters[0].cluster".
template <class Read>
Result<void> read_entry(const ConfigFiles& files, std::string_view list, std::string_view section,
                        const std::string& name, Read read) {
  for (const auto& file : files) {
    Report report;
    const Field root(file.root, report);
    const Field entries = root[list];
    bool found = false;
    entries.each_item([&](const Field& entry) {
      if (found || read_text(entry, "name") != name) return;
      found = true;
      const Field content = entry[section];
      if (!content.missing()) content.require_map();
      read(content, file.path.parent_path());
    });
    if (!report.clean()) return failure_of(file, report.defects.front());
    if (found) return {};
  }
  return failure(ErrorCode::kNotFound, names_of(files) + ": " + std::string(list) +
                                           " has no entry named " + in_quotes(name));
}

struct Context {
  std::string cluster;
  std::string user;
};

Result<Context> read_context(const ConfigFiles& files, const std::string& name) {
  Context context;
  const auto done = read_entry(files, "contexts", "context", name,
                               [&](const Field& field, const std::filesystem::path&) {
                                 context.cluster = read_text(field, "cluster");
                                 context.user = read_text(field, "user");
                                 if (context.cluster.empty()) {
                                   field["cluster"].defect("is missing; name one of clusters");
                                 }
                               });
  if (!done) return tl::unexpected(done.error());
  return context;
}

Result<ClusterAccess> access_of(const ConfigFiles& files, const Context& context) {
  ClusterAccess access;
  const auto cluster = read_entry(files, "clusters", "cluster", context.cluster,
                                  [&](const Field& field, const std::filesystem::path& directory) {
                                    read_cluster(field, directory, access);
                                  });
  if (!cluster) return tl::unexpected(cluster.error());
  if (context.user.empty()) return access;
  const auto user = read_entry(files, "users", "user", context.user,
                               [&](const Field& field, const std::filesystem::path& directory) {
                                 read_user(field, directory, access);
                               });
  if (!user) return tl::unexpected(user.error());
  return access;
}

}  // namespace

Result<ClusterAccess> read_kubeconfig(const std::vector<std::filesystem::path>& files,
                                      const std::string& context) {
  const auto read = read_files(files);
  if (!read) return tl::unexpected(read.error());
  const auto name = context.empty() ? current_context(*read) : Result<std::string>(context);
  if (!name) return tl::unexpected(name.error());
  const auto chosen = read_context(*read, *name);
  if (!chosen) return tl::unexpected(chosen.error());
  auto access = access_of(*read, *chosen);
  if (access) access->origin = "kubeconfig " + names_of(*read) + ", context " + *name;
  return access;
}

}  // namespace portcullis::k8s
