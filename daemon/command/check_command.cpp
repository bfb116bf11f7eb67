#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/engine/incremental_compiler.h"
#include "daemon/command/check_host.h"
#include "daemon/command/commands.h"
#include "daemon/command/findings.h"
#include "daemon/files/manifests.h"
#include "daemon/files/problem_log.h"
#include "daemon/host/host_check.h"
#include "daemon/source/open_source.h"
#include "k8s-client/decode/resource.h"
#include "k8s-client/document/json.h"
#include "k8s-client/watch/api_client.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::seconds kReadLimit{60};  // to read every object of a large cluster
constexpr const char* kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

void report_objects(const Options& options, const IncrementalCompiler& compiler,
                    std::vector<Problem> problems, Findings& findings) {
  for (const auto& rejection : compiler.rejected()) problems.push_back(to_problem(rejection));
  for (const Problem& problem : problems) {
    options.tolerate_rejected ? findings.note(to_string(problem))
                              : findings.bad(to_string(problem));
  }
  std::string read = "read: ";
  for (const auto& each : kKinds) {
    read += (&each == kKinds.data() ? "" : ", ") + std::string(each.nouns) + ": " +
            std::to_string(compiler.cluster().count(each.kind));
  }
  findings.good(read);
  check_node_name(options, compiler.cluster(), findings);
}

// Sends one request and waits for the answer.
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

std::string review(Kind kind, const std::string& verb) {
  return R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":)"
         R"({"resourceAttributes":{"group":")" +
         std::string(info(kind).group) + R"(","resource":")" + info(kind).resource +
         R"(","verb":")" + verb + R"("}}})";
}

// None if the answer is not a review.
std::optional<bool> is_allowed(const std::string& reviewed) {
  const auto answer = k8s::parse_json(reviewed, {.members = {{"status", {{"allowed"}}}}});
  const auto* status = answer ? answer->find("status") : nullptr;
  const auto* allowed = status != nullptr ? status->find("allowed") : nullptr;
  const auto* value = allowed != nullptr ? std::get_if<bool>(&allowed->value) : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

bool check_permission(const std::string& verb, Kind kind, const std::string& reviewed,
                      Findings& findings) {
  const auto what = verb + ' ' + info(kind).resource;
  const auto allowed = is_allowed(reviewed);
  if (!allowed) {
    findings.bad("can " + what + ": cannot check: the answer is not a SelfSubjectAccessReview");
  } else if (*allowed) {
    findings.good("can " + what);
  } else {
    findings.bad("cannot " + what + " in all namespaces: apply manifests/base/rbac.yaml");
  }
  return allowed.value_or(false);
}

bool check_permissions(boost::asio::io_context& io, k8s::ApiClient& client, Findings& findings) {
  bool may_all = true;
  for (const auto& each : kKinds) {
    for (const auto* verb : {"list", "watch"}) {
      const auto reviewed = ask(io, client, {kReviews, {}, review(each.kind, verb)});
      if (!reviewed && reviewed.error().code != ErrorCode::kPermission) {
        findings.bad("cannot check permissions: " + reviewed.error().message);
        return false;
      }
      if (!reviewed) {
        findings.bad(std::string("can ") + verb + ' ' + each.resource +
                     ": cannot check: " + reviewed.error().message);
      }
      may_all = reviewed && check_permission(verb, each.kind, *reviewed, findings) && may_all;
    }
  }
  return may_all;
}

// Reads everything as the daemon does.
void check_objects(const Options& options, IncrementalCompiler& compiler, Findings& findings) {
  boost::asio::io_context io;
  Update all;
  Report last{.update = {}, .problems = {}, .synced = false};
  auto source = open_source(io, options, [&](Report report) {
    all.append(std::move(report.update));
    last = std::move(report);
    if (last.synced || !last.fault.empty()) io.stop();
  });
  if (!source) return findings.bad("objects: " + source.error().message);
  if (const auto started = (*source)->start(); !started) {
    return findings.bad("objects: " + started.error().message);
  }
  const auto work = boost::asio::make_work_guard(io);
  io.run_for(kReadLimit);
  if (!last.fault.empty()) return findings.bad(last.fault);
  for (const Following& following : last.followed) {
    if (!following.trouble.empty()) findings.bad(following.what + ": " + following.trouble);
  }
  if (!last.synced) {
    return findings.bad("objects: not all read after " + std::to_string(kReadLimit.count()) + " s");
  }
  compiler.apply(all);
  report_objects(options, compiler, std::move(last.problems), findings);
}

void check_cluster(const Options& options, IncrementalCompiler& compiler, Findings& findings) {
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
  const auto document = k8s::parse_json(*version, {.members = {{"gitVersion"}}});
  const auto* name = document ? document->find("gitVersion") : nullptr;
  if (name == nullptr || name->string() == nullptr) {
    return findings.bad("API server: " + access->server +
                        " is not a Kubernetes API server: /version has no gitVersion");
  }
  findings.good("API server " + access->server + ' ' + *name->string());
  if (check_permissions(io, *client, findings)) check_objects(options, compiler, findings);
}

void check_manifests(const Options& options, IncrementalCompiler& compiler, Findings& findings) {
  const auto paths = list_manifests(options.manifests);
  if (!paths) return findings.bad("manifests: " + paths.error().message);
  std::vector<ManifestFile> files;
  for (const auto& path : *paths) {
    auto file = read_manifest(path);
    file ? files.push_back(std::move(*file)) : findings.bad("manifests: " + file.error().message);
  }
  const std::string count =
      "manifests: " + options.manifests + ", files: " + std::to_string(paths->size());
  if (paths->empty()) {
    findings.note(count + ": nothing would be enforced");
  } else if (files.size() == paths->size()) {
    findings.good(count);
  }
  Manifests manifests = merge(files);
  compiler.apply(update_of(std::move(manifests.objects)));
  report_objects(options, compiler, std::move(manifests.problems), findings);
  for (const Problem& policy : manifests.not_enforced) findings.note(to_string(policy));
}

}  // namespace

Result<ExitCode> check(const Options& options, const Console& console) {
  Findings findings(console.out);
  check_kernel(options, findings);
  check_forwarding(findings);
  check_runtime(options, findings);
  IncrementalCompiler compiler(options.node_name, options.budgets);  // empty: cannot be read
  options.manifests.empty() ? check_cluster(options, compiler, findings)
                            : check_manifests(options, compiler, findings);
  check_bridges(local_addresses(compiler.cluster(), options.node_name), findings);
  return findings.exit_code();
}

}  // namespace portcullis
