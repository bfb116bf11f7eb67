#include "daemon/source/namespace_check.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "k8s-client/decode/resource.h"
#include "k8s-client/document/json.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::seconds kPause{2};
constexpr std::size_t kMoreThanNone = 4096;  // bytes; a list without items has some 100

// None: the text is not a list.
std::optional<bool> has_items(const std::string& text) {
  if (text.size() > kMoreThanNone) return true;
  const auto list = k8s::parse_json(text, {.members = {{"items", {{"kind"}}}, {"kind"}}});
  const auto* kind = list ? list->find("kind") : nullptr;
  if (kind == nullptr || kind->string() == nullptr || *kind->string() != "NamespaceList") {
    return std::nullopt;
  }
  const auto* items = list->find("items");
  return items != nullptr && items->list() != nullptr && !items->list()->empty();
}

}  // namespace

void NamespaceCheck::ask() {
  asking_ = true;
  const auto body = std::make_shared<k8s::TextBody>();
  request_ = client_.send(
      {.path = k8s::path_of(Kind::kNamespace), .query = {{"limit", "1"}}}, kLimit, body,
      [this, body](const Result<k8s::ApiClient::Answer>& answer) {
        // A body that is too long to be stored has items, although its request has failed.
        const bool is_list = (answer && answer->good()) || body->text().size() > kMoreThanNone;
        const auto has_namespaces = is_list ? has_items(body->text()) : std::nullopt;
        if (!has_namespaces || !*has_namespaces) ask_later();
        if (has_namespaces) {
          asking_ = !*has_namespaces;
          sink_(*has_namespaces);
        }
      });
}

void NamespaceCheck::ask_later() {
  timer_.expires_after(kPause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) ask();
  });
}

}  // namespace portcullis
