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

// What a patrol sends in each of its rounds.
struct PatrolFlow {
  const Endpoint* from;
  const Endpoint* to;
  Family family;
  std::uint16_t port;  // UDP
};

std::string to_string(const PatrolFlow& flow);  // "default/web -> default/db 5353/UDP over IPv4"

// Round after round, while a test does something else: one datagram from every pod to every other
// one, on some ports, and the answers to those that arrive. No two rounds send from one port, so
// that each datagram is a new connection, and judged.
//
// What is silent is lost, and that is known without a deadline: a round's last datagram goes
// between two pods that no policy may select, and what one processor sends to and through veth
// devices it also handles, in order (its backlog), so that the thread stays on one. Neither can any
// buffer overflow, as a round begins when all of the last one has been handled. What nevertheless
// arrives later is a stray.
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

  // Every flow of the route must be open now: the first round waits until all are answered, aborts
  // if they are not for long, and is not told. The playground must outlive it.
  Patrol(const Playground& playground, const Route& route, Sink sink);
  ~Patrol() { stop(); }
  Patrol(const Patrol&) = delete;
  Patrol& operator=(const Patrol&) = delete;

  static std::vector<PatrolFlow> flows_of(const Playground& playground, const Route& route);

  void stop();

  // These only after stop().
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
