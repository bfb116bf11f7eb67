#include <fcntl.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <cstdlib>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/daemon/source/api_source/follower.h"

// A source, or a reflector, destroyed while it is busy: nothing is called any more, and no
// connection remains.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using api::Verb;

struct Busy {
  std::string name;
  std::function<void(api::Server&)> make;  // before it starts
  std::function<bool(const api::Server&)> busy;
};

bool lists_pods(const api::Server& server) {
  return server.count(api::Resource::kPods, Verb::kList) > 0;
}

bool watches_pods(const api::Server& server) { return server.watches(api::Resource::kPods) > 0; }

bool has_watched_pods(const api::Server& server) {
  return server.count(api::Resource::kPods, Verb::kWatch) > 0;
}

class ApiSourceDestruction : public FollowedServer, public testing::WithParamInterface<Busy> {};

TEST_P(ApiSourceDestruction, LeavesNothingBehind) {
  GetParam().make(server_);
  for (int time = 0; time < 3; ++time) {
    follow();
    ASSERT_TRUE(wait_until([&] { return GetParam().busy(server_); }));
    follower_.reset();
    EXPECT_TRUE(wait_until([&] { return server_.connections() == 0; }));
    server_.forget_requests();
  }
  server_.clear_faults();
  server_.stop();
  server_.start();
  server_.ignore_connections(false);
  follow();
  EXPECT_TRUE(follows());
}

void meets(api::Server& server, const api::Fault& fault, std::optional<Verb> verb) {
  server.inject(fault, {.verb = verb, .times = api::kAlways});
}

INSTANTIATE_TEST_SUITE_P(
    While, ApiSourceDestruction,
    testing::Values(
        Busy{"ItHasJustBegun", [](api::Server&) {}, [](const api::Server&) { return true; }},
        Busy{"NobodyTellsTheVersion",
             [](api::Server& server) { meets(server, fault::Silence{}, Verb::kOther); },
             [](const api::Server& server) { return !server.requests().empty(); }},
        Busy{"NobodyListens", [](api::Server& server) { server.stop(); },
             [](const api::Server&) { return true; }},
        Busy{"AListIsAwaited",
             [](api::Server& server) { meets(server, fault::Silence{}, Verb::kList); }, lists_pods},
        Busy{"AListHangs",
             [](api::Server& server) {
               meets(server, fault::Break{.ending = fault::Ending::kHang}, Verb::kList);
             },
             lists_pods},
        Busy{"AListDoesNotEnd",
             [](api::Server& server) { meets(server, fault::EndlessLine{}, Verb::kList); },
             lists_pods},
        Busy{"ItWaits", [](api::Server& server) { meets(server, fault::Refuse{503}, Verb::kList); },
             lists_pods},
        Busy{"ItWaitsForLong",
             [](api::Server& server) {
               meets(server, fault::Refuse{503, std::chrono::seconds(3600)}, Verb::kList);
             },
             lists_pods},
        Busy{"AStreamHangs",
             [](api::Server& server) {
               meets(server, fault::Break{.ending = fault::Ending::kHang, .events = 1},
                     Verb::kWatch);
             },
             watches_pods},
        Busy{"ItWatches", [](api::Server&) {}, watches_pods},
        Busy{"AStreamDrips", [](api::Server& server) { meets(server, fault::Drip{}, {}); },
             watches_pods},
        Busy{"ALineDoesNotEnd",
             [](api::Server& server) { meets(server, fault::EndlessLine{}, Verb::kWatch); },
             has_watched_pods}),
    [](const auto& test) { return test.param.name; });

// In a process of its own: it opens a token that is a pipe, and waits for more of it for ever.
void exit_while_a_worker_is_blocked(int code) {
  std::optional<TemporaryDirectory> directory(std::in_place);
  k8s::ClusterAccess access;
  access.server = "https://127.0.0.1:1";
  access.token.file = *directory / "token";
  ASSERT_EQ(mkfifo(access.token.file.c_str(), S_IRUSR | S_IWUSR), 0);
  boost::asio::io_context io;
  auto client = k8s::ApiClient::open(io, access, {});
  ASSERT_TRUE(client) << client.error().message;
  const auto request = client->send({.path = "/version"}, std::chrono::seconds(60),
                                    std::make_shared<k8s::TextBody>(), [](const auto&) {});
  ASSERT_TRUE(wait_until([&] {  // succeeds once it is open for reading
    return open(access.token.file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC) >= 0;
  }));
  directory.reset();
  std::exit(code);
}

TEST(ApiClientDeathTest, ABlockedWorkerDoesNotHoldUpTheExit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(exit_while_a_worker_is_blocked(3), testing::ExitedWithCode(3), "");
}

// Its timer has expired, but its handler has not run when it is destroyed.
TEST(ReflectorDestruction, EndsItsWaiting) {
  api::Server server;
  server.stop();
  boost::asio::io_context io;
  auto client = k8s::ApiClient::open(io, access_to(server), {});
  ASSERT_TRUE(client) << client.error().message;
  auto timing = short_waits();
  timing.backoff = {std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
  std::unique_ptr<k8s::Reflector> reflector;
  int told = 0;
  reflector = std::make_unique<k8s::Reflector>(io, *client, Kind::kPod, timing, [&](const Update&) {
    ++told;
    boost::asio::post(io, [&] { reflector.reset(); });
  });
  reflector->start();
  ASSERT_TRUE(wait_until([&] {
    io.restart();
    io.poll();
    return reflector == nullptr;
  }));
  io.restart();
  io.poll();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace portcullis::test
