#include "daemon/admin_api.h"

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "compiler/explain/explanation.h"
#include "compiler/explain/matrix.h"
#include "compiler/print.h"
#include "daemon/admin_target.h"

namespace portcullis {
namespace {

constexpr unsigned kBadRequest = 400;
constexpr unsigned kNotFound = 404;
constexpr unsigned kUnavailable = 503;

constexpr int kDifferenceAttempts = 8;
constexpr std::chrono::milliseconds kFirstWait{5};  // after an interrupted one; doubles

constexpr const char* kNothingRead = "the manifests are still being read for the first time";

constexpr const char* kRulesetPath = "/v1/ruleset";
constexpr const char* kExplainPath = "/v1/explain";
constexpr const char* kMatrixPath = "/v1/matrix";

const char* name_of(Format format) {
  switch (format) {
    case Format::kNft:
      return "nft";
    case Format::kText:
      return "text";
    case Format::kJson:
      break;
  }
  return "json";
}

AdminReply refusal(const Error& error) {
  return {error.code == ErrorCode::kNotFound ? kNotFound : kBadRequest, error.message};
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  if (!text.empty()) boost::split(items, text, [](char c) { return c == ','; });
  return items;
}

bool wants_json(const AdminTarget& target) { return target.parameter("format") == "json"; }

AdminReply print_desired(const AdminTarget& target, const Reconciler& reconciler) {
  const auto desired = reconciler.desired();
  if (!desired) return {kUnavailable, kNothingRead};
  return {200, wants_json(target) ? print_json(*desired) : print_nft(*desired)};
}

AdminReply print_difference(const Result<Transaction>& difference) {
  if (!difference) return {kUnavailable, difference.error().message};
  return {200, to_string(*difference)};
}

AdminReply print_explanation(const AdminTarget& target, const ClusterState& cluster) {
  const auto explanations = explain(cluster, target.parameter("from"), target.parameter("to"));
  if (!explanations) return refusal(explanations.error());
  return {
      200,
      wants_json(target) ? print_json(cluster, *explanations) : print_text(cluster, *explanations),
      !all_allowed(*explanations)};
}

AdminReply print_matrix(const AdminTarget& target, const ClusterState& cluster,
                        const std::atomic<bool>& stop) {
  const auto matrix =
      parse_matrix_query(split_list(target.parameter("namespaces")),
                         split_list(target.parameter("addresses")))
          .and_then([&](const MatrixQuery& query) { return make_matrix(cluster, query, &stop); });
  if (!matrix) return refusal(matrix.error());
  return {200, wants_json(target) ? print_json(*matrix) : print_text(*matrix)};
}

// What a verdict is worth while the kernel may hold something else.
std::string remark_on(const Status& status) {
  if (status.ready() && status.commit_error.empty()) return "";
  return "this is what the policies say, not yet what the kernel does: the daemon is " +
         headline(status);
}

}  // namespace

std::string ruleset_target(Format format) {
  return to_string(AdminTarget{kRulesetPath, {{"format", name_of(format)}}});
}

std::string explain_target(const std::string& from, const std::string& to, Format format) {
  return to_string(
      AdminTarget{kExplainPath, {{"format", name_of(format)}, {"from", from}, {"to", to}}});
}

std::string matrix_target(const std::vector<std::string>& namespaces,
                          const std::vector<std::string>& addresses, Format format) {
  return to_string(AdminTarget{kMatrixPath,
                               {{"addresses", boost::join(addresses, ",")},
                                {"format", name_of(format)},
                                {"namespaces", boost::join(namespaces, ",")}}});
}

AdminApi::AdminApi(boost::asio::io_context& io, Reconciler& reconciler, const ClusterState& cluster,
                   const Status& status)
    : io_(io), reconciler_(reconciler), cluster_(cluster), status_(status) {}

void AdminApi::answer(const std::string& text, AdminServer::Respond respond) {
  const auto target = parse_admin_target(text);
  if (!target) return respond(refusal(target.error()));
  if (target->path == kRulesetPath) return respond(print_desired(*target, reconciler_));
  if (target->path == kDiffTarget) return answer_difference(0, std::move(respond));
  const bool explains = target->path == kExplainPath;
  if (!explains && target->path != kMatrixPath) {
    return respond({kNotFound, "no such resource: " + target->path});
  }
  if (!status_.source_read) return respond({kUnavailable, kNothingRead});
  if (!explains) return answer_matrix(*target, std::move(respond));
  auto reply = print_explanation(*target, cluster_);
  reply.remark = remark_on(status_);
  respond(std::move(reply));
}

// Each attempt is a turn of the loop of its own, since a dump of a large table takes long.
void AdminApi::answer_difference(int attempts, AdminServer::Respond respond) {
  const auto difference = reconciler_.difference();
  const bool interrupted = !difference && difference.error().code == ErrorCode::kInterrupted;
  if (!interrupted || attempts + 1 == kDifferenceAttempts) {
    return respond(print_difference(difference));
  }
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, kFirstWait * (1 << attempts));
  timer->async_wait([this, timer, attempts, respond = std::move(respond)](const auto& error) mutable {
    if (!error) answer_difference(attempts + 1, std::move(respond));
  });
}

// A large matrix takes seconds, in which the loop must go on enforcing.
void AdminApi::answer_matrix(const AdminTarget& target, AdminServer::Respond respond) {
  if (busy_) return respond({kUnavailable, "another matrix is being made: try again"});
  busy_ = true;
  boost::asio::post(worker_, [this, target, cluster = cluster_, remark = remark_on(status_),
                              respond = std::move(respond)]() mutable {
    auto reply = print_matrix(target, cluster, stopping_);
    reply.remark = std::move(remark);
    // Moved on, so that what it holds is never released on this thread.
    boost::asio::post(io_,
                      [this, reply = std::move(reply), respond = std::move(respond)]() mutable {
                        busy_ = false;
                        respond(std::move(reply));
                      });
  });
}

}  // namespace portcullis
