#pragma once

#include <filesystem>

#include "k8s-client/access/cluster_access.h"
#include "k8s-client/document/field.h"

// The parts of read_kubeconfig(). Each reads one section and adds problems to the field's report.
// `directory` is the base of relative paths.
namespace portcullis::k8s {

// "clusters[].cluster". Checks the URL of the server, does not open its files.
void read_cluster(const Field& cluster, const std::filesystem::path& directory,
                  ClusterAccess& access);

// "users[].user". A missing one is anonymous.
void read_user(const Field& user, const std::filesystem::path& directory, ClusterAccess& access);

// "users[].user.exec"
ExecPlugin read_exec(const Field& exec, const std::filesystem::path& directory);

// The path that is a section's key, "" if it is missing.
std::string read_path(const Field& section, std::string_view key,
                      const std::filesystem::path& directory);

// From "<key>-data", which takes precedence, or from the file "<key>".
Secret read_pem(const Field& section, const std::string& key,
                const std::filesystem::path& directory);

}  // namespace portcullis::k8s
