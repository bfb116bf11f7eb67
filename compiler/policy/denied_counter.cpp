#include "compiler/policy/denied_counter.h"

#include <algorithm>

namespace portcullis {
namespace {

constexpr std::string_view kSeparator = ": ";

}  // namespace

const char* in_or_out(Direction direction) {
  return direction == Direction::kIngress ? "in-" : "out-";
}

DeniedCounter denied_counter(Direction direction, const std::string& whose, ContentHash hash) {
  std::string whole = to_string(direction);
  whole += kSeparator;
  whole += whose;
  const auto name = std::string("denied-") + in_or_out(direction) + hash(whole);
  return {{name, make_comment(whole)}, std::move(whole)};
}

Denied denied_by(const CounterSpec& counter) {
  const auto& comment = counter.comment;
  const auto end = std::min(comment.find(kSeparator), comment.size());
  return {comment.substr(0, end),
          comment.substr(std::min(end + kSeparator.size(), comment.size()))};
}

}  // namespace portcullis
