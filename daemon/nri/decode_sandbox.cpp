#include "daemon/nri/decode_sandbox.h"

#include <algorithm>
#include <array>

#include "compiler/base/escape.h"

namespace portcullis::nri {
namespace {

// Which a sandbox has besides the pod's: the kubelet's (pkg/types/labels.go of k8s.io/kubelet, the
// last one by CRI-O) and containerd's.
constexpr std::array<std::string_view, 7> kAddedLabels{
    "io.kubernetes.pod.name", "io.kubernetes.pod.namespace",
    "io.kubernetes.pod.uid",  "io.kubernetes.container.name",
    "io.cri-containerd.kind", "oci_runtime_type",
    "selinux_label"};

void read_label(Reader entry, Labels& labels) {
  std::string key;
  std::string value;
  while (entry.next()) {
    switch (entry.tag()) {
      case 1:
        key = text(entry);
        break;
      case 2:
        value = text(entry);
        break;
      default:
        entry.skip();
    }
  }
  if (std::ranges::find(kAddedLabels, key) != kAddedLabels.end()) return;
  labels.insert_or_assign(std::move(key), std::move(value));
}

// LinuxNamespace {1: type, 2: path}
void read_namespace(Reader entry, Sandbox& sandbox) {
  std::string_view type;
  std::string_view path;
  while (entry.next()) {
    switch (entry.tag()) {
      case 1:
        type = bytes(entry);
        break;
      case 2:
        path = bytes(entry);
        break;
      default:
        entry.skip();
    }
  }
  if (type == "network") sandbox.network_namespace = path;
}

// LinuxPodSandbox {5: namespaces}
void read_linux(Reader message, Sandbox& sandbox) {
  while (message.next()) {
    message.tag() == 5 ? read_namespace(submessage(message), sandbox) : message.skip();
  }
}

Address read_address(std::string_view text) {
  auto address = parse_address(text);
  if (!address) throw Malformed(in_quotes(text) + " is not an address");
  return *address;
}

void read_field(Reader& message, Sandbox& sandbox) {
  switch (message.tag()) {
    case 1:
      sandbox.id = text(message);
      break;
    case 2:
      sandbox.name = text(message);
      break;
    case 3:
      sandbox.uid = text(message);
      break;
    case 4:
      sandbox.ns = text(message);
      break;
    case 5:
      read_label(submessage(message), sandbox.labels);
      break;
    case 8:
      read_linux(submessage(message), sandbox);
      break;
    case 10:
      sandbox.addresses.push_back(read_address(bytes(message)));
      break;
    default:
      message.skip();
  }
}

}  // namespace

Sandbox decode_sandbox(Reader message) {
  Sandbox sandbox;
  while (message.next()) read_field(message, sandbox);
  if (sandbox.id.empty()) throw Malformed("a sandbox has no id");
  if (sandbox.network_namespace.empty()) sandbox.addresses.clear();  // as sandbox.h says
  return sandbox;
}

}  // namespace portcullis::nri
