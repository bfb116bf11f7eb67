#include "daemon/admin_api.h"

#include "compiler/print.h"

namespace portcullis {
namespace {

constexpr unsigned kNotFound = 404;
constexpr unsigned kUnavailable = 503;

AdminReply print_desired(Format format, const Reconciler& reconciler) {
  if (reconciler.desired() == nullptr) {
    return {kUnavailable, "the manifests are still being read for the first time"};
  }
  return {200, format == Format::kNft ? print_nft(*reconciler.desired())
                                      : print_json(*reconciler.desired())};
}

AdminReply print_difference(Reconciler& reconciler) {
  const auto difference = reconciler.difference();
  if (!difference) return {kUnavailable, difference.error().message};
  return {200, to_string(*difference)};
}

}  // namespace

std::string ruleset_target(Format format) {
  return std::string("/v1/ruleset?format=") + (format == Format::kNft ? "nft" : "json");
}

AdminReply answer_admin(const std::string& target, Reconciler& reconciler) {
  for (const Format format : {Format::kNft, Format::kJson}) {
    if (target == ruleset_target(format)) return print_desired(format, reconciler);
  }
  if (target == "/v1/ruleset") return print_desired(Format::kNft, reconciler);
  if (target == kDiffTarget) return print_difference(reconciler);
  return {kNotFound, "no such resource: " + target};
}

}  // namespace portcullis
