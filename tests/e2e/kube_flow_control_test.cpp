// The share of a real API server that the manifests give to all daemons together.
#include <iterator>
#include <map>
#include <sstream>

#include "tests/e2e/kube_fixture.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

const std::string kAllPods = "/api/v1/pods";
const std::string kAllPolicies = "/apis/networking.k8s.io/v1/networkpolicies";
const std::string kWatch = "?watch=1&timeoutSeconds=1";

class FlowControl : public KubeApiServer {
 protected:
  void SetUp() override {
    KubeApiServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto base = server_->kubectl({"apply", "-k", "manifests/base"});
    ASSERT_EQ(base.code, 0) << base.err;
    for (const std::string other : {"create serviceaccount other",
                                    "create clusterrolebinding other --clusterrole=portcullis "
                                    "--serviceaccount=portcullis:other"}) {
      const auto created = server_->kubectl(words(other + " --namespace portcullis"));
      ASSERT_EQ(created.code, 0) << created.err;
    }
    for (const std::string account : {"portcullis", "other"}) {
      const auto kubeconfig = server_->kubeconfig_of("portcullis", account);
      ASSERT_TRUE(kubeconfig) << kubeconfig.error().message;
      kubeconfigs_[account] = *kubeconfig;
    }
    // The server takes a moment to apply new bindings and schemas.
    const auto schema = uid("flowschema/portcullis-watches");
    ASSERT_TRUE(wait_until([&] { return request("other", kAllPods).code == 0; }));
    ASSERT_TRUE(
        wait_until([&] { return names(request("portcullis", kAllPods + kWatch), schema); }));
  }

  static std::vector<std::string> words(const std::string& line) {
    std::istringstream text(line);
    return {std::istream_iterator<std::string>(text), {}};
  }

  std::string uid(const std::string& object) const {
    return server_->kubectl({"get", object, "-o", "jsonpath={.metadata.uid}"}).out;
  }

  // With its answer's headers, which name the schema and the level that judged it, in `err`.
  Finished request(const std::string& account, const std::string& path) const {
    return server_->kubectl_as(kubeconfigs_.at(account), {"get", "--raw", path, "-v=8"});
  }

  static bool names(const Finished& answer, const std::string& uid) {
    EXPECT_NE(uid, "");
    return answer.code == 0 && answer.err.find(uid) != std::string::npos;
  }

  // A metric of the level: "24".
  std::string seats(const std::string& metric) const {
    const auto metrics = server_->kubectl({"get", "--raw", "/metrics"}).out;
    const auto line = "apiserver_flowcontrol_" + metric + "{priority_level=\"portcullis\"} ";
    const auto at = metrics.find(line);
    if (at == metrics.npos) return "";
    const auto begin = at + line.size();
    return metrics.substr(begin, metrics.find('\n', begin) - begin);
  }

  std::map<std::string, std::string> kubeconfigs_;
};

TEST_F(FlowControl, DaemonsHaveALevelOfTheirOwn) {
  const auto level = uid("prioritylevelconfiguration/portcullis");
  const auto lists = uid("flowschema/portcullis-lists");
  const auto watches = uid("flowschema/portcullis-watches");
  for (const auto& path : {kAllPods, std::string("/api/v1/namespaces"), kAllPolicies}) {
    const auto list = request("portcullis", path);
    EXPECT_TRUE(names(list, lists) && names(list, level)) << path << list.err;
    const auto watch = request("portcullis", path + kWatch);
    EXPECT_TRUE(names(watch, watches) && names(watch, level)) << path << watch.err;
    EXPECT_FALSE(names(request("other", path), level)) << path;
  }
}

// Of the 600 seats that a server has by default.
TEST_F(FlowControl, TheLevelIsLimited) {
  ASSERT_TRUE(wait_until([&] { return seats("nominal_limit_seats") == "24"; }))
      << seats("nominal_limit_seats");
  EXPECT_EQ(seats("upper_limit_seats"), "24");
  EXPECT_EQ(seats("lower_limit_seats"), "12");
}

}  // namespace
}  // namespace portcullis::test
