#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "k8s-client/document/wanted.h"

// Objects in JSON as the API server would write them in Protobuf: the fields that the decoder
// knows, by its own numbers, which only a real API server can confirm, and after each an unknown
// one.
namespace portcullis::test {

// "k8s\0" and a runtime.Unknown. `wanted` is the table of the object's kind; a Status needs none.
std::string protobuf_object(const nlohmann::json& object, const k8s::Wanted& wanted);

// A metav1.WatchEvent, and one behind its length, as in a stream.
std::string protobuf_event(const std::string& type, const nlohmann::json& object,
                           const k8s::Wanted& wanted);
std::string protobuf_frame(const std::string& message);

}  // namespace portcullis::test
