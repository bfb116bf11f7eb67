#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/nri/call.h"
#include "daemon/nri/frame.h"
#include "daemon/nri/sandbox.h"

// What a runtime and this plugin say to each other over one connection, without the socket.
//
//     plugin                          runtime
//       RegisterPlugin  ------------>
//            <------------  (answer)                the answer may come after Configure
//            <------------  Configure
//       (events)        ------------>
//            <------------  Synchronize             in parts, while there is more
//       (go on)         ------------>
//            <------------  RunPodSandbox           held back until answer() or refuse()
//            <------------  StopPodSandbox, RemovePodSandbox
namespace portcullis::nri {

// Last of all plugins: what the others do to the pod's network is done by then. No container starts
// before the last one has answered.
inline constexpr std::string_view kPluginName = "portcullis";
inline constexpr std::string_view kPluginIndex = "99";

// Of one synchronization, and of RunPodSandbox at a time. A node has 110 pods by default, of some
// kilobytes each, and containerd waits for the answer to one event before it sends the next.
inline constexpr std::size_t kLongestSynchronization = std::size_t{64} << 20U;  // bytes
inline constexpr std::size_t kMostHeld = 1024;

// The runtime cannot read a frame of more than 4,096 bytes.
inline constexpr std::size_t kLongestRefusal = 1024;

using CallNumber = std::uint32_t;

struct Configured {
  std::string runtime;  // "containerd v2.4.2"
};
struct Synchronized {
  std::vector<Sandbox> sandboxes;
};
struct Started {
  Sandbox sandbox;
  CallNumber call = 0;                // for answer()
  std::chrono::nanoseconds limit{0};  // the runtime waits for so long; 0: it does not say
};
struct Stopped {
  Sandbox sandbox;
};
struct Removed {
  Sandbox sandbox;
};
struct ShutDown {};

using Event = std::variant<Configured, Synchronized, Started, Stopped, Removed, ShutDown>;

// Not thread safe.
class Conversation {
 public:
  Conversation();  // take_output() has the registration

  struct Heard {
    std::vector<Event> events;   // before the error
    std::optional<Error> error;  // the connection must end
  };
  Heard receive(std::string_view bytes);

  // Of a Started, one of the two, once. `why`: for the runtime's log and the pod's events.
  void answer(CallNumber call);
  void refuse(CallNumber call, const std::string& why);

  std::string take_output();  // what to send since the last time

 private:
  using Events = std::vector<Event>;
  struct Call {
    CallNumber number = 0;
    Request request;
  };
  struct Method;
  static const std::vector<Method>& methods();

  Result<void> hear(std::uint32_t connection, std::string_view piece, Events& events);
  Result<void> serve(const CallFrame& frame, Events& events);
  Result<void> end_registration(const CallFrame& frame) const;

  Result<void> configure(const Call& call, Events& events);
  Result<void> synchronize(const Call& call, Events& events);
  Result<void> start(const Call& call, Events& events);
  Result<void> stop(const Call& call, Events& events);
  Result<void> remove(const Call& call, Events& events);
  Result<void> change_state(const Call& call, Events& events);
  Result<void> shut_down(const Call& call, Events& events);

  Result<void> hold(const Call& call, Sandbox sandbox, Events& events);
  void respond(CallNumber call, const Response& response);

  TrunkReader trunk_;
  CallReader calls_;      // of kPluginConnection
  CallReader responses_;  // of kRuntimeConnection
  CallNumber last_call_ = 0;
  std::size_t synchronization_size_ = 0;
  std::vector<Sandbox> synchronized_;  // by the parts so far
  std::set<CallNumber> held_;
  std::string output_;
};

}  // namespace portcullis::nri
