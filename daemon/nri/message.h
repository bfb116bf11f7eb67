#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/nri/sandbox.h"

// The messages of NRI (pkg/api/api.proto of github.com/containerd/nri, package
// nri.pkg.api.v1alpha1), as far as we read and write them. Unknown fields are skipped.
namespace portcullis::nri {

inline constexpr std::string_view kRuntimeService = "nri.pkg.api.v1alpha1.Runtime";
inline constexpr std::string_view kPluginService = "nri.pkg.api.v1alpha1.Plugin";

// Events, by their numbers. A mask has the bit (number - 1) of each.
inline constexpr int kRunPodSandbox = 1;
inline constexpr int kStopPodSandbox = 2;
inline constexpr int kRemovePodSandbox = 3;

std::string encode_registration(std::string_view plugin, std::string_view index);

// ConfigureRequest: the runtime's name and version, "containerd v2.4.2".
[[nodiscard]] Result<std::string> decode_runtime(std::string_view message);
std::string encode_event_mask(unsigned mask);  // ConfigureResponse

// SynchronizeRequest. The containers in it are skipped.
struct SynchronizePart {
  std::vector<Sandbox> sandboxes;
  bool more = false;  // another one follows
};
[[nodiscard]] Result<SynchronizePart> decode_synchronize_part(std::string_view message);
std::string encode_more();  // SynchronizeResponse: go on

// RunPodSandboxRequest, StopPodSandboxRequest, RemovePodSandboxRequest.
[[nodiscard]] Result<Sandbox> decode_sandbox_request(std::string_view message);

// StateChangeEvent, which older runtimes send instead of these three. Other events have no sandbox
// for us.
struct StateChange {
  int event = 0;
  Sandbox sandbox;
};
[[nodiscard]] Result<StateChange> decode_state_change(std::string_view message);

}  // namespace portcullis::nri
