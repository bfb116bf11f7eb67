#include "compiler/matrix/matrix_query.h"

#include "compiler/explain/address_kind.h"
#include "compiler/matrix/selector_text.h"

namespace portcullis {
namespace {

// An address that no connection can have is rejected here; other names are looked up later.
Result<void> check_names(const PartyNames& names) {
  for (const auto& name : names) {
    if (!parse_address(name)) continue;
    const auto end = parse_end_address(name);
    if (!end) return tl::unexpected(end.error());
  }
  return {};
}

}  // namespace

Result<MatrixQuery> parse_matrix_query(const MatrixWords& words) {
  MatrixQuery query{words.namespaces, {}, words.from, words.to, {}};
  if (!words.selector.empty()) {
    auto selector = parse_selector(words.selector);
    if (!selector) return tl::unexpected(selector.error());
    query.selector = std::move(*selector);
  }
  for (const auto& text : words.addresses) {
    const auto address = parse_end_address(text);
    if (!address) return tl::unexpected(address.error());
    query.addresses.push_back(*address);
  }
  const auto checked = check_names(words.from).and_then([&] { return check_names(words.to); });
  if (!checked) return tl::unexpected(checked.error());
  return query;
}

}  // namespace portcullis
