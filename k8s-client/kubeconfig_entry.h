#pragma once

#include <filesystem>

#include "k8s-client/cluster_access.h"
#include "k8s-client/field.h"

// The parts of read_kubeconfig(). Each reads one section and adds what is wrong with it to the
// field's report. `directory` is where relative paths start.
namespace portcullis::k8s {

// "clusters[].cluster". The URL of the server is checked, its files are not opened.
void read_cluster(const Field& cluster, const std::filesystem::path& directory,
                  ClusterAccess& access);

// "users[].user". A missing one is nobody's: the server sees an anonymous user.
void read_user(const Field& user, const std::filesystem::path& directory, ClusterAccess& access);

// "users[].user.exec"
ExecPlugin read_exec(const Field& exec, const std::filesystem::path& directory);

// The path that is a section's key, "" if it is missing.
std::string read_path(const Field& section, std::string_view key,
                      const std::filesystem::path& directory);

// Of "<key>-data", which wins, or of the file "<key>".
Secret read_pem(const Field& section, const std::string& key,
                const std::filesystem::path& directory);

}  // namespace portcullis::k8s
