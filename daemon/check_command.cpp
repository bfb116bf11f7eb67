#include <boost/asio/io_context.hpp>
#include <fstream>
#include <optional>
#include <ostream>

#include "daemon/commands.h"
#include "daemon/netlink/kernel.h"
#include "daemon/open_source.h"
#include "daemon/source/manifests.h"
#include "k8s-client/api_client.h"
#include "k8s-client/json.h"
#include "k8s-client/resource.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr const char* kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

// One line for each thing that was looked at.
class Findings {
 public:
  explicit Findings(std::ostream& out) : out_(out) {}

  void good(const std::string& what) { out_ << "ok      " << what << '\n'; }
  void note(const std::string& what) { out_ << "note    " << what << '\n'; }
  void bad(const std::string& what) {
    out_ << "FAILED  " << what << '\n';
    failed_ = true;
  }

  ExitCode exit_code() const { return failed_ ? ExitCode::kNegative : ExitCode::kOk; }

 private:
  std::ostream& out_;
  bool failed_ = false;
};

// The answer to one request, waited for.
Result<std::string> ask(boost::asio::io_context& io, k8s::ApiClient& client,
                        const k8s::ApiClient::Call& call) {
  Result<std::string> text = failure(ErrorCode::kIo, "no answer");
  const auto body = std::make_shared<k8s::TextBody>();
  const auto work = boost::asio::make_work_guard(io);
  const auto request =
      client.send(call, kLimit, body, [&](const Result<k8s::ApiClient::Answer>& answer) {
        if (!answer) {
          text = tl::unexpected(answer.error());
        } else if (!answer->good()) {
          text = failure(ErrorCode::kPermission, to_string(answer->error));
        } else {
          text = body->text();
        }
        io.stop();
      });
  io.restart();
  io.run();
  return text;
}

std::string review(k8s::Resource resource, const std::string& verb) {
  return R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":)"
         R"({"resourceAttributes":{"group":")" +
         std::string(api_group(resource)) + R"(","resource":")" + to_string(resource) +
         R"(","verb":")" + verb + R"("}}})";
}

bool is_allowed(const std::string& reviewed) {
  const auto answer = k8s::parse_json(reviewed, {{{"status", {{{"allowed", {}}}}}}});
  const auto* status = answer ? answer->find("status") : nullptr;
  const auto* allowed = status != nullptr ? status->find("allowed") : nullptr;
  const auto* value = allowed != nullptr ? std::get_if<bool>(&allowed->value) : nullptr;
  return value != nullptr && *value;
}

void check_permissions(boost::asio::io_context& io, k8s::ApiClient& client, Findings& findings) {
  for (const auto resource : k8s::kResources) {
    for (const auto* verb : {"list", "watch"}) {
      const std::string what = std::string("may ") + verb + ' ' + to_string(resource);
      const auto reviewed = ask(io, client, {kReviews, {}, review(resource, verb)});
      if (!reviewed && reviewed.error().code != ErrorCode::kPermission) {
        return findings.bad("permissions cannot be told: " + reviewed.error().message);
      }
      if (!reviewed) {
        findings.bad(what + ": cannot be told: " + reviewed.error().message);
      } else if (is_allowed(*reviewed)) {
        findings.good(what);
      } else {
        findings.bad(std::string("may not ") + verb + ' ' + to_string(resource) +
                     " in every namespace: apply manifests/base/rbac.yaml");
      }
    }
  }
}

void check_cluster(const Options& options, Findings& findings) {
  const auto environment = own_environment();
  const auto access = cluster_access(options, environment);
  if (!access) return findings.bad("API server: " + access.error().message);
  boost::asio::io_context io;
  auto client = k8s::ApiClient::open(io, *access, environment);
  if (!client) return findings.bad("API server: " + client.error().message);
  const auto version = ask(io, *client, {"/version"});
  if (!version) {
    const auto& why = version.error().message;
    const bool names_it = why.starts_with(access->server);
    return findings.bad("API server " + (names_it ? why : access->server + ": " + why));
  }
  const auto document = k8s::parse_json(*version, {{{"gitVersion", {}}}});
  const auto* name = document ? document->find("gitVersion") : nullptr;
  findings.good("API server " + access->server + ' ' +
                (name == nullptr ? "" : name->scalar_text().value_or("")));
  check_permissions(io, *client, findings);
}

void check_manifests(const std::string& directory, Findings& findings) {
  const auto files = list_manifests(directory);
  if (!files) return findings.bad("manifests: " + files.error().message);
  findings.good("manifests: " + directory + ", files: " + std::to_string(files->size()));
}

std::string setting(const char* path) {
  std::ifstream file(path);
  std::string value;
  std::getline(file, value);
  return value;
}

void check_host(Findings& findings) {
  const auto snapshot =
      nl::Kernel::open().and_then([](nl::Kernel kernel) { return kernel.dump(); });
  if (snapshot) {
    findings.good("nf_tables can be read and changed");
  } else {
    findings.bad("nf_tables: " + snapshot.error().message);
  }
  for (const auto* path :
       {"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"}) {
    const auto value = setting(path);
    value == "0" ? findings.note(std::string(path) + " is 0: this node forwards no pods' packets")
                 : findings.good(std::string(path) + " is " + (value.empty() ? "absent" : value));
  }
  for (const auto* path : {"/proc/sys/net/bridge/bridge-nf-call-iptables",
                           "/proc/sys/net/bridge/bridge-nf-call-ip6tables"}) {
    const auto value = setting(path);
    value == "1" ? findings.good(std::string(path) + " is 1")
                 : findings.note(std::string(path) + (value.empty() ? " is absent" : " is 0") +
                                 ": pods on a bridge of this node would not be filtered; load "
                                 "br_netfilter and set it to 1");
  }
}

}  // namespace

Result<ExitCode> check(const Options& options, const Console& console) {
  Findings findings(console.out);
  check_host(findings);
  options.manifests.empty() ? check_cluster(options, findings)
                            : check_manifests(options.manifests, findings);
  return findings.exit_code();
}

}  // namespace portcullis
