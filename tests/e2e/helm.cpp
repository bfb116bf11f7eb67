#include "tests/e2e/helm.h"

#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <filesystem>

#include "tests/support/kube/assets.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

// As Kubernetes reads a scalar of YAML: what is quoted is text.
Json json_scalar(const YAML::Node& node) {
  const auto text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text == "true") return true;
  if (text == "false") return false;
  int number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end) return number;
  return text;
}

Json json_of(const YAML::Node& node) {
  if (node.IsScalar()) return json_scalar(node);
  if (node.IsSequence()) {
    auto list = Json::array();
    for (const auto& each : node) list.push_back(json_of(each));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  auto object = Json::object();
  for (const auto& member : node) object[member.first.Scalar()] = json_of(member.second);
  return object;
}

}  // namespace

KubeObjects kube_objects(const std::string& yaml) {
  KubeObjects objects;
  for (const auto& document : YAML::LoadAll(yaml)) {
    const auto object = json_of(document);
    if (object.is_null()) continue;
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
