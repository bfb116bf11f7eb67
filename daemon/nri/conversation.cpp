#include "daemon/nri/conversation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/base/escape.h"
#include "daemon/nri/message.h"

namespace portcullis::nri {
namespace {

constexpr CallNumber kRegistration = 1;

constexpr unsigned bit(int event) { return 1U << static_cast<unsigned>(event - 1); }
constexpr unsigned kEvents = bit(kRunPodSandbox) | bit(kStopPodSandbox) | bit(kRemovePodSandbox);

tl::unexpected<Error> invalid(std::string message) {
  return failure(ErrorCode::kInvalidInput, std::move(message));
}

}  // namespace

struct Conversation::Method {
  std::string_view name;
  Result<void> (Conversation::*serve)(const Call&, Events&);
};

const std::vector<Conversation::Method>& Conversation::methods() {
  static const std::vector<Method> kMethods{
      {"Configure", &Conversation::configure},     {"Synchronize", &Conversation::synchronize},
      {"RunPodSandbox", &Conversation::start},     {"StopPodSandbox", &Conversation::stop},
      {"RemovePodSandbox", &Conversation::remove}, {"StateChange", &Conversation::change_state},
      {"Shutdown", &Conversation::shut_down},
  };
  return kMethods;
}

Conversation::Conversation() {
  const auto registration = encode_registration(kPluginName, kPluginIndex);
  const auto request = encode_request({kRuntimeService, "RegisterPlugin", registration});
  output_ = encode_frame(kRuntimeConnection, {kRegistration, CallType::kRequest, request});
}

Conversation::Heard Conversation::receive(std::string_view bytes) {
  Heard heard;
  const auto read = trunk_.add(bytes, [&](std::uint32_t connection, std::string_view piece) {
    return hear(connection, piece, heard.events);
  });
  if (!read) heard.error = read.error();
  return heard;
}

void Conversation::answer(CallNumber call) {
  if (held_.erase(call) > 0) respond(call, {});
}

void Conversation::refuse(CallNumber call, const std::string& why) {
  if (held_.erase(call) > 0) respond(call, {kUnavailable, why.substr(0, kLongestRefusal), {}});
}

std::string Conversation::take_output() { return std::exchange(output_, {}); }

Result<void> Conversation::hear(std::uint32_t connection, std::string_view piece, Events& events) {
  if (connection == kPluginConnection) {
    return calls_.add(piece, [&](const CallFrame& frame) { return serve(frame, events); });
  }
  if (connection == kRuntimeConnection) {
    return responses_.add(piece, [&](const CallFrame& frame) { return end_registration(frame); });
  }
  return invalid("connection " + std::to_string(connection) + " is not open");
}

Result<void> Conversation::end_registration(const CallFrame& frame) const {
  if (frame.type != CallType::kResponse || frame.stream != kRegistration) {
    return invalid("a call to the runtime's own service, or an answer to a call never made");
  }
  const auto response = decode_response(frame.message);
  if (!response) return tl::unexpected(response.error());
  if (response->code == kOk) return {};
  return failure(ErrorCode::kPermission,
                 "the runtime rejects the plugin: " + printable(response->message));
}

Result<void> Conversation::serve(const CallFrame& frame, Events& events) {
  if (frame.type != CallType::kRequest) return invalid("an answer to a call never made");
  if (frame.stream % 2 == 0 || frame.stream <= last_call_) {
    return invalid("call " + std::to_string(frame.stream) + " after call " +
                   std::to_string(last_call_) + ": numbers are odd and increase");
  }
  last_call_ = frame.stream;
  auto request = decode_request(frame.message);
  if (!request) return tl::unexpected(request.error());
  const auto method = std::ranges::find(methods(), request->method, &Method::name);
  if (request->service != kPluginService || method == methods().end()) {
    respond(frame.stream, {kUnimplemented, "not implemented", {}});
    return {};
  }
  return (this->*method->serve)({frame.stream, *request}, events);
}

Result<void> Conversation::configure(const Call& call, Events& events) {
  auto runtime = decode_runtime(call.request.payload);
  if (!runtime) return tl::unexpected(runtime.error());
  events.emplace_back(Configured{std::move(*runtime)});
  respond(call.number, {kOk, {}, encode_event_mask(kEvents)});
  return {};
}

Result<void> Conversation::synchronize(const Call& call, Events& events) {
  synchronization_size_ += call.request.payload.size();
  if (synchronization_size_ > kLongestSynchronization) {
    return invalid("Synchronize is longer than " + std::to_string(kLongestSynchronization) +
                   " bytes");
  }
  auto part = decode_synchronize_part(call.request.payload);
  if (!part) return tl::unexpected(part.error());
  std::ranges::move(part->sandboxes, std::back_inserter(synchronized_));
  if (part->more) {
    respond(call.number, {kOk, {}, encode_more()});
    return {};
  }
  synchronization_size_ = 0;
  events.emplace_back(Synchronized{std::exchange(synchronized_, {})});
  respond(call.number, {});
  return {};
}

Result<void> Conversation::start(const Call& call, Events& events) {
  auto sandbox = decode_sandbox_request(call.request.payload);
  if (!sandbox) return tl::unexpected(sandbox.error());
  return hold(call, std::move(*sandbox), events);
}

Result<void> Conversation::stop(const Call& call, Events& events) {
  auto sandbox = decode_sandbox_request(call.request.payload);
  if (!sandbox) return tl::unexpected(sandbox.error());
  events.emplace_back(Stopped{std::move(*sandbox)});
  respond(call.number, {});
  return {};
}

Result<void> Conversation::remove(const Call& call, Events& events) {
  auto sandbox = decode_sandbox_request(call.request.payload);
  if (!sandbox) return tl::unexpected(sandbox.error());
  events.emplace_back(Removed{std::move(*sandbox)});
  respond(call.number, {});
  return {};
}

Result<void> Conversation::change_state(const Call& call, Events& events) {
  auto change = decode_state_change(call.request.payload);
  if (!change) return tl::unexpected(change.error());
  if (change->event == kRunPodSandbox) return hold(call, std::move(change->sandbox), events);
  if (change->event == kStopPodSandbox) events.emplace_back(Stopped{std::move(change->sandbox)});
  if (change->event == kRemovePodSandbox) events.emplace_back(Removed{std::move(change->sandbox)});
  respond(call.number, {});
  return {};
}

Result<void> Conversation::shut_down(const Call& call, Events& events) {
  events.emplace_back(ShutDown{});
  respond(call.number, {});
  return {};
}

Result<void> Conversation::hold(const Call& call, Sandbox sandbox, Events& events) {
  if (held_.size() == kMostHeld) {
    return invalid("more than " + std::to_string(kMostHeld) + " sandboxes start at once");
  }
  held_.insert(call.number);
  events.emplace_back(Started{std::move(sandbox), call.number, call.request.limit});
  return {};
}

void Conversation::respond(CallNumber call, const Response& response) {
  const auto message = encode_response(response);
  output_ += encode_frame(kPluginConnection, {call, CallType::kResponse, message});
}

}  // namespace portcullis::nri
