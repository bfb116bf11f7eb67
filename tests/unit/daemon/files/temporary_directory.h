#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace portcullis {

// A test's private directory, removed with its content.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "portcullis-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // Replaces the file's content in place.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::trunc) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string policy_yaml(const std::string& name, const std::string& app = "web") {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         "}\nspec:\n  podSelector: {matchLabels: {app: " + app + "}}\n";
}

inline std::string pod_yaml(const std::string& name, const std::string& address) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         "}\nstatus: {phase: Running, podIP: " + address + "}\n";
}

}  // namespace portcullis
