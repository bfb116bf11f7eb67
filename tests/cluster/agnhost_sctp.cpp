// Stands before agnhost in the pods of upstream's tests. On a kernel without SCTP sockets, this
// does the following itself, with agnhost's messages and exit codes:
//
//     connect --protocol=sctp [--timeout=3s] [--sctp-data=TEXT] ADDRESS:PORT
//     porter, for its servers of SERVE_SCTP_PORT_n
//
// Everything else runs agnhost, including porter's other servers. Two things differ: names are not
// resolved, and a port without a server is silent instead of refusing.
#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cluster/sctp_network.h"

namespace portcullis::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr const char* kUpstream = "/agnhost-upstream";
constexpr std::string_view kServe = "SERVE_";
constexpr std::string_view kServeSctp = "SERVE_SCTP_PORT_";

[[noreturn]] void run_upstream(char** arguments) {
  execv(kUpstream, arguments);
  std::perror(kUpstream);
  std::_Exit(127);
}

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::_Exit(1);
}

[[noreturn]] void fail_of_errno(const std::string& what) { fail(what + std::strerror(errno)); }

bool kernel_has_sctp() {
  const int opened = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
  if (opened >= 0) close(opened);
  return opened >= 0;
}

struct socket* open_socket(SctpNetwork& network, std::uint16_t port) {
  if (!network.is_open()) fail_of_errno("OTHER: raw socket: ");
  auto* opened = network.open_socket(port);
  if (opened == nullptr) fail_of_errno("OTHER: socket: ");
  return opened;
}

// Nothing if the text is not one.
std::optional<std::uint16_t> port(const std::string& text) {
  char* end = nullptr;
  const auto number = std::strtoul(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || number > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

struct Endpoint {
  Address address{};
  std::uint16_t port = 0;
};

// From 1.2.3.4:80 or [2001:db8::1]:80.
Endpoint resolve(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto number = colon == text.npos ? std::nullopt : port(text.substr(colon + 1));
  if (!number) fail("DNS: address " + text + ": invalid port");
  auto ip = text.substr(0, colon);
  Endpoint endpoint{{}, *number};
  auto& address = endpoint.address;
  if (inet_pton(AF_INET, ip.c_str(), &address.v4.sin_addr) == 1) {
    address.v4.sin_family = AF_INET;
    return endpoint;
  }
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  if (inet_pton(AF_INET6, ip.c_str(), &address.v6.sin6_addr) != 1) {
    fail("DNS: lookup " + ip + ": not an IP address");
  }
  address.v6.sin6_family = AF_INET6;
  return endpoint;
}

struct Connect {
  std::string destination;
  microseconds timeout{0};
  std::string data = "hostname";
};

// From one of Go's durations with one unit, such as 3s.
std::optional<microseconds> duration(const std::string& text) {
  char* unit = nullptr;
  const std::chrono::duration<double> seconds(std::strtod(text.c_str(), &unit));
  const std::string_view name(unit);
  if (name == "ms") return duration_cast<microseconds>(seconds / 1000);
  if (name == "s") return duration_cast<microseconds>(seconds);
  if (name == "m") return duration_cast<microseconds>(seconds * 60);
  return std::nullopt;
}

// Nothing for the other protocols and for what agnhost has to explain.
std::optional<Connect> connect_by_sctp(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] != "connect") return std::nullopt;
  Connect connect;
  bool is_sctp = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    auto name = arguments[i];
    if (!name.starts_with("--")) {
      if (!std::exchange(connect.destination, name).empty()) return std::nullopt;
      continue;
    }
    std::string value;
    if (const auto equals = name.find('='); equals != name.npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (++i < arguments.size()) {
      value = arguments[i];
    }
    if (name == "--protocol") {
      is_sctp = value == "sctp";
    } else if (name == "--sctp-data") {
      connect.data = value;
    } else if (const auto time = duration(value); name == "--timeout" && time) {
      connect.timeout = *time;
    } else {
      return std::nullopt;
    }
  }
  if (!is_sctp || connect.destination.empty()) return std::nullopt;
  return connect;
}

void time_out(int /*signal*/) {
  constexpr std::string_view kMessage = "TIMEOUT\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  _exit(1);
}

void time_out_after(microseconds time) {
  if (time.count() <= 0) time_out(SIGALRM);
  std::signal(SIGALRM, time_out);
  itimerval timer{};
  timer.it_value.tv_sec = time.count() / 1'000'000;
  timer.it_value.tv_usec = time.count() % 1'000'000;
  setitimer(ITIMER_REAL, &timer, nullptr);
}

// One of IANA's dynamic ports. Another process of the pod is unlikely to have it at this time.
std::uint16_t pick_port() {
  std::random_device random;
  return std::uniform_int_distribution<std::uint16_t>(49152, 65535)(random);
}

// Returns when the server has answered.
void run(const Connect& connect) {
  const auto server = resolve(connect.destination);
  time_out_after(connect.timeout);
  SctpNetwork network;
  auto* client = open_socket(network, pick_port());
  if (!network.connect(client, server.address, server.port)) fail_of_errno("OTHER: ");
  const auto wait = [&] {
    if (errno != EWOULDBLOCK) fail_of_errno("OTHER: ");
    network.turn();
  };
  while (!send(client, connect.data + '\n')) wait();
  ssize_t length = -1;
  while ((length = receive(client)) < 0) wait();
  if (length == 0) fail("OTHER: EOF");
  abort_association(client);  // this process will not be there to shut it down
}

struct Server {
  std::uint16_t port;
  std::string value;
};

// One for each SERVE_SCTP_PORT_n, and removes these variables.
std::vector<Server> take_sctp_servers() {
  std::vector<Server> servers;
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const auto name = text.substr(0, text.find('='));
    if (!name.starts_with(kServeSctp)) continue;
    const auto number = port(name.substr(kServeSctp.size()));
    if (!number) fail("Sctp: failed to resolve address. error: invalid port in " + name);
    servers.push_back({*number, text.substr(name.size() + 1)});
    names.push_back(name);
  }
  for (const auto& name : names) unsetenv(name.c_str());
  return servers;
}

bool has_other_servers() {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string_view(*variable).starts_with(kServe)) return true;
  }
  return false;
}

// Porter's other servers end with this process.
pid_t start_upstream(char** arguments) {
  const pid_t started = fork();
  if (started < 0) fail_of_errno("fork: ");
  if (started > 0) return started;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  run_upstream(arguments);
}

struct Listener {
  struct socket* socket;
  std::string value;
};

// Answers clients, and adds them to these.
void accept_clients(const Listener& listener, std::list<struct socket*>& clients) {
  while (auto* client = usrsctp_accept(listener.socket, nullptr, nullptr)) {
    usrsctp_set_non_blocking(client, 1);
    const bool sent = send(client, listener.value);
    std::fprintf(stderr, sent ? "Response sent\n" : "Failed to send response\n");
    clients.push_back(client);
  }
}

// Closing with unread data would abort the association, perhaps before the answer has arrived.
bool closes_after_request(struct socket* client) {
  if (receive(client) < 0 && errno == EWOULDBLOCK) return false;
  usrsctp_close(client);
  return true;
}

// Ends with porter's other servers, if there are any.
[[noreturn]] void run(const std::vector<Server>& servers, char** arguments) {
  std::signal(SIGTERM, [](int) { _exit(2); });  // process 1 of a container has no default action
  const pid_t upstream = has_other_servers() ? start_upstream(arguments) : 0;
  SctpNetwork network;
  std::vector<Listener> listeners;
  for (const auto& server : servers) {
    auto* listener = open_socket(network, server.port);
    if (usrsctp_listen(listener, 64) != 0) fail_of_errno("Failed to listen SCTP. error:");
    listeners.push_back({listener, server.value});
    std::fprintf(stderr, "Started SCTP server\n");
  }
  std::list<struct socket*> clients;
  int status = 0;
  while (upstream == 0 || waitpid(upstream, &status, WNOHANG) == 0) {
    network.turn();
    for (const auto& listener : listeners) accept_clients(listener, clients);
    clients.remove_if(closes_after_request);
  }
  std::_Exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

// With the arguments of main().
void run(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto connect = connect_by_sctp(words);
  const bool is_porter = !words.empty() && words[0] == "porter";
  if ((!connect && !is_porter) || kernel_has_sctp()) run_upstream(arguments);
  if (connect) return run(*connect);
  const auto servers = take_sctp_servers();
  if (servers.empty()) run_upstream(arguments);
  run(servers, arguments);
}

}  // namespace
}  // namespace portcullis::test

int main(int count, char** arguments) { portcullis::test::run(count, arguments); }
