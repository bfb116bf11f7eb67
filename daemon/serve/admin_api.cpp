#include "daemon/serve/admin_api.h"

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "compiler/matrix/matrix_query.h"
#include "compiler/ruleset/print.h"
#include "daemon/serve/admin_target.h"
#include "daemon/serve/names.h"

namespace portcullis {
namespace {

constexpr unsigned kBadRequest = 400;
constexpr unsigned kNotFound = 404;
constexpr unsigned kUnavailable = 503;

constexpr int kDifferenceAttempts = 8;
constexpr std::chrono::milliseconds kFirstWait{5};  // after an interrupted one; doubles

constexpr const char* kNothingRead = "the objects are still being read for the first time";

constexpr const char* kRulesetPath = "/v1/ruleset";
constexpr const char* kExplainPath = "/v1/explain";
constexpr const char* kMatrixPath = "/v1/matrix";
constexpr const char* kNamesPath = "/v1/names";

using Remarks = std::vector<std::string>;

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

AdminReply print_difference(const Result<Delta>& difference) {
  if (!difference) return {kUnavailable, difference.error().message};
  return {200, to_string(*difference)};
}

AdminReply print_explanation(const AdminTarget& target, const ClusterState& cluster,
                             const Remarks& remarks) {
  const auto unknown = target.parameter("outside").empty() ? Unknown::kRefused : Unknown::kOutside;
  const auto explanations =
      explain(cluster, target.parameter("from"), target.parameter("to"), unknown);
  if (!explanations) return refusal(explanations.error());
  return {200,
          wants_json(target) ? print_json(cluster, *explanations, remarks)
                             : print_text(cluster, *explanations),
          !all_allowed(*explanations), remarks};
}

AdminReply print_matrix(const AdminTarget& target, const ClusterState& cluster,
                        const Remarks& remarks, const std::atomic<bool>& stop) {
  const MatrixWords words{.namespaces = split_list(target.parameter("namespaces")),
                          .selector = target.parameter("selector"),
                          .from = split_list(target.parameter("from")),
                          .to = split_list(target.parameter("to")),
                          .addresses = split_list(target.parameter("addresses"))};
  const auto listing = target.parameter("all").empty() ? Listing::kRestricted : Listing::kAll;
  const auto matrix = parse_matrix_query(words).and_then(
      [&](const MatrixQuery& query) { return make_matrix(cluster, query, &stop); });
  if (!matrix) return refusal(matrix.error());
  return {200,
          wants_json(target) ? print_json(*matrix, listing, remarks) : print_text(*matrix, listing),
          false, remarks};
}

// Why packets may meet something else: the kernel or the cluster may differ.
Remarks remarks_on(const Status& status) {
  Remarks remarks;
  if (!status.ready() || !status.commit_error.empty()) {
    remarks.push_back(
        "this is what the policies say, not what the kernel does yet: the daemon is " +
        headline(status));
  }
  if (!status.commit_error.empty()) remarks.push_back("last commit: " + status.commit_error);
  for (auto& line : stale_lines(status)) remarks.push_back(std::move(line));
  return remarks;
}

// Why there is no answer yet.
std::string nothing_read(const Status& status) {
  std::string text = kNothingRead;
  for (const auto& line : stale_lines(status)) text += "; " + line;
  return text;
}

}  // namespace

std::string ruleset_target(Format format) {
  return to_string(AdminTarget{kRulesetPath, {{"format", name_of(format)}}});
}

std::string explain_target(const std::string& from, const std::string& to, Unknown unknown,
                           Format format) {
  AdminTarget target{kExplainPath, {{"format", name_of(format)}, {"from", from}, {"to", to}}};
  if (unknown == Unknown::kOutside) target.parameters["outside"] = "1";
  return to_string(target);
}

std::string matrix_target(const MatrixWords& words, Listing listing, Format format) {
  AdminTarget target{kMatrixPath,
                     {{"addresses", boost::join(words.addresses, ",")},
                      {"format", name_of(format)},
                      {"from", boost::join(words.from, ",")},
                      {"namespaces", boost::join(words.namespaces, ",")},
                      {"selector", words.selector},
                      {"to", boost::join(words.to, ",")}}};
  if (listing == Listing::kAll) target.parameters["all"] = "1";
  return to_string(target);
}

std::string names_target(const std::string& topic) {
  return to_string(AdminTarget{kNamesPath, {{"of", topic}}});
}

AdminApi::AdminApi(boost::asio::io_context& io, Reconciler& reconciler, const ClusterState& cluster,
                   const Status& status)
    : io_(io), reconciler_(reconciler), cluster_(cluster), status_(status) {}

void AdminApi::answer(const std::string& text, AdminServer::Respond respond) {
  const auto target = parse_admin_target(text);
  if (!target) return respond(refusal(target.error()));
  if (target->path == kRulesetPath) return respond(print_desired(*target, reconciler_));
  if (target->path == kDiffTarget) return answer_difference(0, std::move(respond));
  const bool is_known =
      target->path == kExplainPath || target->path == kMatrixPath || target->path == kNamesPath;
  if (!is_known) return respond({kNotFound, "no such resource: " + target->path});
  if (!status_.source_read) return respond({kUnavailable, nothing_read(status_)});
  if (target->path == kNamesPath) {
    return respond({200, list_names(cluster_, target->parameter("of"))});
  }
  if (target->path == kMatrixPath) return answer_matrix(*target, std::move(respond));
  respond(print_explanation(*target, cluster_, remarks_on(status_)));
}

// Each attempt is a separate turn of the loop, since a dump of a large table takes long.
void AdminApi::answer_difference(int attempts, AdminServer::Respond respond) {
  const auto difference = reconciler_.difference();
  const bool interrupted = !difference && difference.error().code == ErrorCode::kInterrupted;
  if (!interrupted || attempts + 1 == kDifferenceAttempts) {
    return respond(print_difference(difference));
  }
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, kFirstWait * (1 << attempts));
  timer->async_wait(
      [this, timer, attempts, respond = std::move(respond)](const auto& error) mutable {
        if (!error) answer_difference(attempts + 1, std::move(respond));
      });
}

// A large matrix takes seconds, during which the loop must keep enforcing.
void AdminApi::answer_matrix(const AdminTarget& target, AdminServer::Respond respond) {
  if (busy_) return respond({kUnavailable, "another matrix is being computed: try again"});
  busy_ = true;
  boost::asio::post(worker_, [this, target, cluster = cluster_, remarks = remarks_on(status_),
                              respond = std::move(respond)]() mutable {
    auto reply = print_matrix(target, cluster, remarks, stopping_);
    // Moved on, so that its content is never released on this thread.
    boost::asio::post(io_,
                      [this, reply = std::move(reply), respond = std::move(respond)]() mutable {
                        busy_ = false;
                        respond(std::move(reply));
                      });
  });
}

}  // namespace portcullis
