#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/malformed.h"

namespace portcullis::k8s {

std::shared_ptr<const Namespace> decode_namespace(const Field& root, const std::string& origin) {
  const Field metadata = root.section("metadata");
  auto name = decode_name(metadata, NameRule::kDnsLabel);
  if (!name) return nullptr;

  auto ns = std::make_shared<Namespace>();
  ns->name = std::move(*name);
  ns->origin = origin;
  ns->labels = decode_labels(metadata["labels"]);
  // The API server sets it, whatever the manifest says.
  ns->labels["kubernetes.io/metadata.name"] = ns->name;
  if (!root.report().clean()) fail_closed(*ns);
  return ns;
}

}  // namespace portcullis::k8s
