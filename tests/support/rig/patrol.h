#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "tests/support/rig/playground.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {

// The flows that a patrol sends in each round.
struct PatrolFlow {
  const Endpoint* from;
  const Endpoint* to;
  Family family;
  std::uint16_t port;  // UDP
};

std::string to_string(const PatrolFlow& flow);  // "default/web -> default/db 5353/UDP over IPv4"

// Rounds of datagrams while a test does something else: one from every pod to every other one, on
// some ports, and replies to those that arrive. No two rounds use the same source port, so each
// datagram is a new connection, and judged.
//
// Loss is detected without a deadline: a round's last datagram goes between two pods that no policy
// may select, and whatever one processor sends through veth devices it also receives, in order (its
// backlog), so the thread stays on one. No buffer can overflow either, since a round begins when
// the last one has been processed. A datagram that arrives later anyway is a stray.
class Patrol {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Fate : std::uint8_t { kLost, kUnanswered, kAnswered };

  struct Round {
    Clock::time_point begin;  // between these two, every datagram and answer was sent and judged
    Clock::time_point end;
    std::vector<Fate> fates;  // of the flows
  };

  // Called on the patrol's thread.
  using Sink = std::function<void(const Round&)>;

  struct Route {
    std::vector<std::string> pods;     // to each other
    std::vector<std::uint16_t> ports;  // on these
    std::array<std::string, 2> free;   // two more pods, whom nothing is forbidden
  };

  // Every flow of the route must be open at the start: the first round waits until all are
  // answered, aborts if that takes long, and is not reported. The playground must outlive it.
  Patrol(const Playground& playground, const Route& route, Sink sink);
  ~Patrol() { stop(); }
  Patrol(const Patrol&) = delete;
  Patrol& operator=(const Patrol&) = delete;

  static std::vector<PatrolFlow> flows_of(const Playground& playground, const Route& route);

  void stop();

  // Only after stop().
  std::size_t rounds() const { return number_; }
  std::size_t strays() const { return strays_; }

 private:
  using Own = std::map<std::pair<const Endpoint*, Family>, FileDescriptor>;  // of one round

  void run(const std::stop_token& stop);
  void warm_up();
  Round make_round();
  void send(const Own& own, std::size_t flow);
  void answer_arrivals(std::vector<Fate>& fates);
  void take_answers(const Own& own, std::vector<Fate>& fates);
  Own open_sockets();

  const Sink sink_;
  std::vector<PatrolFlow> flows_;  // the last one is the free one
  std::vector<FileDescriptor> listeners_;
  std::uint16_t source_port_;
  std::uint32_t number_ = 0;  // of the round
  std::size_t strays_ = 0;
  std::jthread thread_;
};

}  // namespace portcullis::test
