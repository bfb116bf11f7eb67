#pragma once

#include <string>
#include <string_view>

#include "compiler/model/kind.h"
#include "k8s-client/document/wanted.h"

namespace portcullis::k8s {

std::string path_of(Kind kind);  // "/api/v1/pods", in all namespaces

// Of a static pod's mirror: the uid that the pod has on its node. That of the mirror is another.
inline constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";

// The fields that are decoded.
const Wanted& wanted_in_list(Kind kind);         // of a PodList
const Wanted& wanted_in_object(Kind kind);       // of a Pod
const Wanted& wanted_in_watch_event(Kind kind);  // of {"type": ..., "object": ...}, in JSON
const Wanted& wanted_in_status();                // of a Status

}  // namespace portcullis::k8s
