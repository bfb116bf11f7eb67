#pragma once

#include <string>
#include <vector>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test::api {

// kubectl with a private kubeconfig and home directory.
class Kubectl {
 public:
  static bool installed();

  explicit Kubectl(const std::string& url);  // plain HTTP, nobody in particular
  // The files of PEM texts; an empty one is left out.
  struct Credentials {
    std::string authority{};
    std::string token{};
    std::string certificate{};
    std::string key{};
  };
  Kubectl(const std::string& url, const Credentials& credentials);

  Finished run(std::vector<std::string> arguments, const std::string& input = "") const;
  ChildProcess start(std::vector<std::string> arguments) const;

 private:
  ChildSetup setup(std::vector<std::string> arguments, const std::string& input) const;

  TemporaryDirectory directory_;
};

}  // namespace portcullis::test::api
