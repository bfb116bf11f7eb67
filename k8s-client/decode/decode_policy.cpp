#include <utility>

#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/malformed.h"

namespace portcullis::k8s {
namespace {

struct Directions {
  bool ingress = true;
  bool egress = true;
};

// Both, if a type is invalid: the policy may have meant either.
Directions decode_policy_types(const Field& types) {
  const auto defects_before = types.report().found;
  Directions directions{false, false};
  types.each_item([&](const Field& item) {
    const auto* type = item.string();
    if (type == nullptr) return;
    if (*type == "Ingress") {
      directions.ingress = true;
    } else if (*type == "Egress") {
      directions.egress = true;
    } else {
      item.defect(in_quotes(*type) + " is not a policy type; write Ingress or Egress");
    }
  });
  if (types.list_size() > 2) types.defect("has more than two items; write Ingress, Egress or both");
  return types.report().found == defects_before ? directions : Directions{};
}

// The API server's default if policyTypes is missing. An unknown field beside it may be a
// misspelled policyTypes or egress, so the types count as invalid.
Directions default_policy_types(const Field& egress, bool spec_is_clean) {
  const bool egress_is_clean = egress.missing() || egress.value()->list() != nullptr;
  if (!spec_is_clean || !egress_is_clean) return {};
  return {true, egress.list_size() > 0};
}

Directions decode_directions(const Field& spec, bool spec_is_clean) {
  const Field types = spec["policyTypes"];
  const bool is_empty_list =
      !types.missing() && types.value()->list() != nullptr && types.list_size() == 0;
  if (!types.missing() && !is_empty_list) return decode_policy_types(types);
  return default_policy_types(spec["egress"], spec_is_clean);
}

void decode_spec(const Field& root, NetworkPolicy& policy) {
  const auto defects_before = root.report().found;
  const Field spec = root.section("spec");
  spec.require_only({"podSelector", "policyTypes", "ingress", "egress"});
  const bool spec_is_clean = root.report().found == defects_before;

  const auto directions = decode_directions(spec, spec_is_clean);
  policy.isolates_ingress = directions.ingress;
  policy.isolates_egress = directions.egress;
  policy.pod_selector = decode_selector(spec["podSelector"]).value_or(LabelSelector());
  policy.ingress = decode_policy_rules(spec["ingress"], "from");
  policy.egress = decode_policy_rules(spec["egress"], "to");
}

}  // namespace

std::shared_ptr<const NetworkPolicy> decode_policy(const Field& root, const std::string& origin,
                                                   const std::string& substitute_name) {
  const Field metadata = root.section("metadata");
  auto ns = decode_namespace_name(metadata);
  if (!ns) return nullptr;

  auto policy = std::make_shared<NetworkPolicy>();
  policy->key = {std::move(*ns),
                 decode_name(metadata, NameRule::kDnsSubdomain).value_or(substitute_name)};
  policy->origin = origin;
  decode_labels(metadata["labels"]);
  decode_spec(root, *policy);
  if (!root.report().clean()) fail_closed(*policy);
  return policy;
}

}  // namespace portcullis::k8s
