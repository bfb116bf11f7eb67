#include "tests/e2e/helm.h"

#include <unistd.h>

#include <filesystem>

#include "tests/support/api_server/manifests.h"
#include "tests/support/kube/assets.h"

namespace portcullis::test {

KubeObjects kube_objects(const std::string& yaml) {
  KubeObjects objects;
  for (const auto& object : api::parse_manifests(yaml)) {
    const std::string kind = object.at("kind");
    const std::string name = object.at("metadata").at("name");
    const bool is_new = objects.emplace(kind + ' ' + name, object).second;
    EXPECT_TRUE(is_new) << kind << ' ' << name;
  }
  return objects;
}

void Helm::SetUp() {
  const auto assets = find_kube_assets();
  if (!assets) GTEST_SKIP() << assets.error().message;
  program_ = std::filesystem::path(assets->etcd).replace_filename("helm");
  if (access(program_.c_str(), X_OK) != 0) GTEST_SKIP() << "there is no " << program_;
  kubectl_ = assets->kubectl;
}

Finished Helm::helm(std::vector<std::string> arguments, const std::string& values) const {
  arguments.insert(arguments.begin(), program_);
  return run_to_end({arguments, {"HOME=" + home_.path().string()}, nullptr, values});
}

Finished Helm::rendered(const std::vector<std::string>& settings, const std::string& values) const {
  std::vector<std::string> arguments = {"template", "portcullis",  kChart,      "--values",
                                        "-",        "--namespace", "portcullis"};
  for (const auto& setting : settings) arguments.push_back("--set=" + setting);
  return helm(arguments, values);
}

KubeObjects Helm::objects(const std::vector<std::string>& settings,
                          const std::string& values) const {
  const auto done = rendered(settings, values);
  EXPECT_EQ(done.code, 0) << testing::PrintToString(settings) << values << done.err;
  return kube_objects(done.out);
}

KubeObjects Helm::kustomized(const std::string& directory) const {
  const auto done = run_to_end({{kubectl_, "kustomize", directory}, {}, nullptr, ""});
  EXPECT_EQ(done.code, 0) << done.err;
  return kube_objects(done.out);
}

}  // namespace portcullis::test
