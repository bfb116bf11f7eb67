#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/nri/sandbox.h"

namespace portcullis::nri {

inline constexpr const char* kDefaultSocket = "/var/run/nri/nri.sock";

enum class Status : std::uint8_t {
  kAbsent,     // there is no socket: the runtime is not running, or does not offer NRI
  kRefused,    // there is one, but nobody listens, or the connection ended; it is retried
  kConnected,  // the runtime has told of all its sandboxes, and tells of each change
};
const char* to_string(Status status);  // "absent"

struct State {
  Status status = Status::kAbsent;
  std::string text = "not tried yet";  // one line: "connected to containerd v2.4.2", or why not

  bool operator==(const State&) const = default;
};

struct Timing {
  // A sandbox that nobody has answered for is refused after this, or after three quarters of the
  // time that the runtime waits if that is shorter. containerd waits for 2 s by default, then drops
  // the plugin and goes on. All other pods wait meanwhile.
  std::chrono::milliseconds answer{1'000};

  // The runtime has to synchronize this long after the connection. It takes one plugin at a time.
  std::chrono::milliseconds registration{30'000};

  // To the next attempt while nobody listens, which is all that a node without NRI costs.
  std::chrono::milliseconds poll{250};

  // To the next attempt after a connection ended. It doubles from the first to the last, as the
  // runtime logs each connection, and is the first again after one that lasted longer than the
  // last.
  std::chrono::milliseconds first_rest{100};
  std::chrono::milliseconds last_rest{10'000};
};

// What a Plugin tells, each when it happens, in the runtime's order, before the runtime goes on.
// All must be set.
struct Sink {
  // Lets the runtime go on: containers of the sandbox may start. May be called at any time and
  // repeatedly, on the io_context's thread: only the first call counts, and none after refused() or
  // lost().
  using Answer = std::function<void()>;

  // All sandboxes that exist now, also of pods that have ended. Comes first on each connection, and
  // replaces everything that was told before: sandboxes that are missing are gone.
  std::function<void(const std::vector<Sandbox>&)> synchronized;

  // The sandbox has its network. The runtime waits for `answer` before it starts a container.
  std::function<void(const Sandbox&, Answer answer)> started;

  // answer() was not called in time. What this returns is the error by which the runtime undoes the
  // sandbox, without having started a container; the kubelet tries again with another one. Each
  // started() ends with an answer, with this, or with lost().
  std::function<std::string(const Sandbox&)> refused;

  // The connection ended before answer(): the runtime goes on with the sandbox.
  std::function<void(const Sandbox&)> lost;

  // Its containers have ended; its network is removed next. Like removed() it may come without
  // started(), as for a sandbox that could not start, or not at all: containerd 2.4 tells neither
  // of a sandbox that is older than its own last restart.
  std::function<void(const Sandbox&)> stopped;

  // The sandbox and its network are gone.
  std::function<void(const Sandbox&)> removed;

  // For each change; the first state is State{} and not told.
  std::function<void(const State&)> state;
};

// Portcullis as a plugin of the container runtime by the Node Resource Interface, which containerd
// and CRI-O offer (https://github.com/containerd/nri). Registers as 99-portcullis for the events of
// sandboxes, and connects again whenever the connection ends, until destroyed. Whoever holds the
// socket could change containers: all that is sent is the registration, the mask of the events,
// empty answers, and errors: for a sandbox that may not start, and for calls that the mask does not
// ask for.
//
//     attempt -+- no socket ----------> kAbsent ---+---> rest ---> attempt
//              +- nobody listens -----> kRefused --+
//              +- rejected, not NRI --> kRefused --+
//              '- synchronized -------> kConnected, and kRefused when the connection ends --'
//
// The connection ends, with the reason in the state's text, if the runtime closes it, sends what is
// not NRI or exceeds the limits of frame.h and conversation.h, or is served by a user who is
// neither root nor our own. What was told of its sandboxes then still holds; the next
// synchronization replaces it.
//
// Everything is called on the io_context's thread. Nothing blocks, and there is no other thread.
// The sink may call an answer at once, but must not destroy the plugin. Once that is destroyed the
// sink is not called again; the io_context may go on.
class Plugin {
 public:
  Plugin(boost::asio::io_context& io, std::string socket, Timing timing, Sink sink);
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin();  // closes the connection: the runtime goes on without us

  const State& state() const;

 private:
  class Attempts;
  std::shared_ptr<Attempts> attempts_;
};

// Whether a runtime listens on the socket, for a command that is no plugin: connects and hangs up,
// which the runtime logs. Never waits. kNotFound: there is no socket. kPermission: it may not be
// opened, or is served by another user. kIo: nobody listens.
[[nodiscard]] Result<void> look_for_runtime(const std::string& socket);

}  // namespace portcullis::nri
