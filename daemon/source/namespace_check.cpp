#include "daemon/source/namespace_check.h"

#include <memory>

#include "k8s-client/decode/resource.h"

namespace portcullis {

using Answer = k8s::ApiClient::Answer;

void NamespaceCheck::start() {
  if (under_way_) return;
  under_way_ = true;
  backoff_.reset();
  ask();
}

void NamespaceCheck::ask() {
  const auto body = std::make_shared<k8s::PageBody>(Kind::kNamespace);
  request_ = client_.send({.path = k8s::path_of(Kind::kNamespace),
                           .query = {{"limit", "1"}},
                           .preferred = k8s::preferred_encoding(Kind::kNamespace)},
                          limit_, body, [this, body](const auto& answer) { take(answer, *body); });
  alarm_.set(limit_, [this] {
    request_ = {};
    tell(tl::unexpected(
        Error{ErrorCode::kTimeout, "no answer within " + std::to_string(limit_.count()) + " s"}));
  });
}

void NamespaceCheck::take(const Result<Answer>& answer, k8s::PageBody& body) {
  if (!answer) return tell(tl::unexpected(answer.error()));
  if (answer->good()) {
    return tell(body.take().map([](const auto& page) { return !page.objects.empty(); }));
  }
  tell(failure(ErrorCode::kIo, to_string(answer->error)),
       answer->retry_after.value_or(std::chrono::seconds{0}));
}

void NamespaceCheck::tell(const Result<bool>& has_namespaces, std::chrono::seconds retry_after) {
  under_way_ = !has_namespaces.value_or(false);
  under_way_ ? alarm_.set(backoff_.next(retry_after), [this] { ask(); }) : alarm_.cancel();
  sink_(has_namespaces);
}

}  // namespace portcullis
