#include "tests/support/rig/patrol.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "tests/support/process/processor.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kFirstSource = 20000;
constexpr std::uint16_t kLastSource = 60000;
constexpr std::chrono::milliseconds kPause{2};  // between rounds: the daemon needs the processor
constexpr std::chrono::seconds kPatience{30};   // with what must come

//     0        4        8
//     +--------+--------+
//     | round  | flow   |
//     +--------+--------+
struct Datagram {
  std::uint32_t round = 0;
  std::uint32_t flow = 0;
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

void enter(const NetworkNamespace& netns) {
  if (setns(netns.fd(), CLONE_NEWNET) != 0) give_up("patrol: setns");
}

// In this thread's network namespace.
FileDescriptor bound(const Address& address, std::uint16_t port) {
  FileDescriptor socket = open_socket(Transport::kUdp, address.family);
  const SocketAddress own(address, port);
  if (!socket || bind(socket.get(), own.get(), own.size()) != 0) give_up("patrol: socket, bind");
  return socket;
}

std::optional<Datagram> next(int fd, SocketAddress* from) {
  Datagram datagram;
  std::array<std::uint8_t, sizeof datagram> buffer{};
  std::span<const std::uint8_t> packet;
  if (receive(fd, buffer, packet, from) < 0 || packet.size() != sizeof datagram) {
    return std::nullopt;
  }
  std::memcpy(&datagram, packet.data(), sizeof datagram);
  return datagram;
}

void must_become_readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience).count();
  if (poll(&waited, 1, static_cast<int>(patience)) == 1) return;
  std::fprintf(stderr, "patrol: what nobody may forbid has not arrived\n");
  std::abort();
}

template <class Visit>
void each_port(const std::vector<std::uint16_t>& ports, const Visit& visit) {
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto port : ports) visit(family, port);
  }
}

}  // namespace

std::string to_string(const PatrolFlow& flow) {
  return flow.from->name + " -> " + flow.to->name + " " + to_string(udp(flow.port)) +
         (flow.family == Family::kIpv4 ? " over IPv4" : " over IPv6");
}

std::vector<PatrolFlow> Patrol::flows_of(const Playground& playground, const Route& route) {
  std::vector<PatrolFlow> flows;
  for (const auto& from : route.pods) {
    for (const auto& to : route.pods) {
      if (from == to) continue;
      each_port(route.ports, [&](Family family, std::uint16_t port) {
        flows.push_back({&playground.endpoint(from), &playground.endpoint(to), family, port});
      });
    }
  }
  return flows;
}

Patrol::Patrol(const Playground& playground, const Route& route, Sink sink)
    : sink_(std::move(sink)), flows_(flows_of(playground, route)), source_port_(kFirstSource) {
  flows_.push_back({&playground.endpoint(route.free[0]), &playground.endpoint(route.free[1]),
                    Family::kIpv4, route.ports.front()});
  std::map<std::tuple<const Endpoint*, Family, std::uint16_t>, int> opened;
  for (const auto& flow : flows_) {
    if (!opened.try_emplace({flow.to, flow.family, flow.port}).second) continue;
    flow.to->netns.run(
        [&] { listeners_.push_back(bound(flow.to->address(flow.family), flow.port)); });
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Patrol::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Patrol::run(const std::stop_token& stop) {
  const OneProcessor here;
  warm_up();
  while (!stop.stop_requested()) {
    sink_(make_round());
    std::this_thread::sleep_for(kPause);
  }
}

// Until neighbours are resolved, datagrams queue for them and arrive out of order.
void Patrol::warm_up() {
  const auto deadline = Clock::now() + kPatience;
  while (true) {
    const auto fates = make_round().fates;
    if (std::ranges::count(fates, Fate::kAnswered) == std::ssize(fates)) break;
    if (Clock::now() < deadline) continue;
    std::fprintf(stderr, "patrol: not every flow is open at first\n");
    std::abort();
  }
  strays_ = 0;
}

Patrol::Round Patrol::make_round() {
  ++number_;
  source_port_ = source_port_ == kLastSource ? kFirstSource : source_port_ + 1;
  const auto own = open_sockets();
  Round round{Clock::now(), {}, std::vector(flows_.size(), Fate::kLost)};
  for (std::size_t flow = 0; flow < flows_.size(); ++flow) send(own, flow);
  answer_arrivals(round.fates);
  take_answers(own, round.fates);
  round.end = Clock::now();
  round.fates.pop_back();
  return round;
}

Patrol::Own Patrol::open_sockets() {
  Own own;
  for (const auto& flow : flows_) {
    auto& socket = own[{flow.from, flow.family}];
    if (socket) continue;
    enter(flow.from->netns);
    socket = bound(flow.from->address(flow.family), source_port_);
  }
  return own;
}

void Patrol::send(const Own& own, std::size_t flow) {
  const auto& [from, destination, family, port] = flows_[flow];
  const SocketAddress to(destination->address(family), port);
  const Datagram datagram{number_, static_cast<std::uint32_t>(flow)};
  const auto& socket = own.at({from, family});
  if (sendto(socket.get(), &datagram, sizeof datagram, 0, to.get(), to.size()) < 0) {
    give_up("patrol: sendto");
  }
}

// The free pair's listener is last: once it has its datagram, so have all others that may pass.
void Patrol::answer_arrivals(std::vector<Fate>& fates) {
  must_become_readable(listeners_.back().get());
  for (const auto& listener : listeners_) {
    SocketAddress from;
    while (const auto datagram = next(listener.get(), &from)) {
      if (datagram->round != number_) {
        ++strays_;
        continue;
      }
      fates[datagram->flow] = Fate::kUnanswered;
      if (sendto(listener.get(), &*datagram, sizeof *datagram, 0, from.get(), from.size()) < 0) {
        give_up("patrol: sendto");
      }
    }
  }
}

void Patrol::take_answers(const Own& own, std::vector<Fate>& fates) {
  must_become_readable(own.at({flows_.back().from, flows_.back().family}).get());
  for (const auto& [end, socket] : own) {
    while (const auto datagram = next(socket.get(), nullptr)) {
      fates[datagram->flow] = Fate::kAnswered;
    }
  }
}

}  // namespace portcullis::test
