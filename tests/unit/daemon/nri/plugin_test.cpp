#include "daemon/nri/plugin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/nri/fake_runtime.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::nri {
namespace {

using namespace std::string_literals;
using std::chrono::hours;
using std::chrono::milliseconds;
using test::event_message;
using test::FakeRuntime;
using test::PluginFrame;
using Texts = std::vector<std::string>;

constexpr Timing kQuick{.answer = hours(1),
                        .registration = hours(1),
                        .poll = milliseconds(1),
                        .first_rest = milliseconds(1),
                        .last_rest = milliseconds(2)};

// A plugin, and the words of its sink in order.
class NriPlugin : public testing::Test {
 protected:
  void start(const Timing& timing = kQuick) { start_on(socket_, timing); }

  void start_on(const std::string& socket, const Timing& timing = kQuick) {
    plugin_ = std::make_unique<Plugin>(
        io_, socket, timing,
        Sink{[this](const std::vector<Sandbox>& all) {
               std::string text = "synchronized";
               for (const auto& each : all) text += ' ' + each.name;
               told_.push_back(text);
             },
             [this](const Sandbox& sandbox, Sink::Answer answer) {
               told_.push_back("started " + sandbox.name);
               answers_.push_back(answer);
               if (answers_at_once_) answer();
             },
             [this](const Sandbox& sandbox) {
               told_.push_back("refused " + sandbox.name);
               return "not yet: " + sandbox.name;
             },
             [this](const Sandbox& sandbox) { told_.push_back("lost " + sandbox.name); },
             [this](const Sandbox& sandbox) { told_.push_back("stopped " + sandbox.name); },
             [this](const Sandbox& sandbox) { told_.push_back("removed " + sandbox.name); },
             [this](const State& state) {
               told_.push_back(to_string(state.status) + ": "s + state.text);
             }});
  }

  void listen() { runtime_ = std::make_unique<FakeRuntime>(io_, socket_); }

  // A started sandbox whose answer the test holds; the number of the call.
  std::uint32_t start_sandbox(const std::string& name, std::chrono::nanoseconds limit = {}) {
    const auto call = runtime_->calls({"RunPodSandbox", event_message({.name = name}), limit});
    EXPECT_TRUE(runtime_->wait_until([&] { return was_told("started " + name); }));
    return call;
  }

  bool was_told(const std::string& text) const {
    return std::ranges::find(told_, text) != told_.end();
  }

  Texts take_told() { return std::exchange(told_, {}); }

  static PluginFrame answer_to(std::uint32_t call) { return {1, call, 2, ""}; }
  static PluginFrame refusal_of(std::uint32_t call, const std::string& why) {
    return {1, call, 2, encode_response({.code = 14, .message = why, .payload = {}})};
  }

  void run_until_told(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (told_.size() < count && std::chrono::steady_clock::now() < end) {
      io_.run_one_for(milliseconds(10));
      io_.restart();
    }
  }

  const test::TemporaryDirectory directory_;
  const std::string socket_ = directory_ / "nri.sock";
  boost::asio::io_context io_;
  Texts told_;
  std::vector<Sink::Answer> answers_;
  bool answers_at_once_ = false;
  std::unique_ptr<Plugin> plugin_;
  std::unique_ptr<FakeRuntime> runtime_;  // destroyed first: it runs the io_context
};

TEST_F(NriPlugin, IsConnectedOnceItKnowsAllSandboxes) {
  listen();
  start();
  EXPECT_EQ(plugin_->state(), State{});
  ASSERT_TRUE(runtime_->welcomes({{.name = "a"}, {.name = "b"}}));
  EXPECT_EQ(take_told(), (Texts{"synchronized a b", "connected: connected to fake v1"}));
  EXPECT_EQ(plugin_->state(), (State{Status::kConnected, "connected to fake v1"}));
}

TEST_F(NriPlugin, IsNotConnectedWithoutASynchronization) {
  listen();
  start();
  ASSERT_TRUE(runtime_->accepts());
  ASSERT_TRUE(runtime_->hears());
  runtime_->says(test::response(1));
  runtime_->calls({"Configure", test::configure_message("fake", "v1")});
  ASSERT_TRUE(runtime_->hears());
  EXPECT_EQ(plugin_->state(), State{});
}

TEST_F(NriPlugin, HoldsTheRuntimeUntilItIsAnswered) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  const auto first = start_sandbox("a");
  const auto second = start_sandbox("b");
  EXPECT_EQ(runtime_->hears_at_once(), std::nullopt);
  answers_.at(1)();
  EXPECT_EQ(runtime_->hears(), answer_to(second));
  answers_.at(1)();
  EXPECT_EQ(runtime_->hears_at_once(), std::nullopt);
  answers_.at(0)();
  EXPECT_EQ(runtime_->hears(), answer_to(first));
}

TEST_F(NriPlugin, CanBeAnsweredAtOnce) {
  answers_at_once_ = true;
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  const auto call = start_sandbox("a");
  EXPECT_EQ(runtime_->hears(), answer_to(call));
}

TEST_F(NriPlugin, TellsEventsInOrder) {
  answers_at_once_ = true;
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  take_told();
  runtime_->says(test::request(7, {"RunPodSandbox", event_message({.name = "a"})}) +
                 test::request(9, {"StopPodSandbox", event_message({.name = "a"})}) +
                 test::request(11, {"RemovePodSandbox", event_message({.name = "a"})}));
  std::set<std::uint32_t> answered;
  for (int i = 0; i < 3; ++i) answered.insert(runtime_->hears().value_or(PluginFrame{}).stream);
  EXPECT_EQ(answered, (std::set<std::uint32_t>{7, 9, 11}));
  EXPECT_EQ(take_told(), (Texts{"started a", "stopped a", "removed a"}));
}

TEST_F(NriPlugin, RefusesWhenNobodyAnswersInTime) {
  auto timing = kQuick;
  timing.answer = milliseconds(1);
  listen();
  start(timing);
  ASSERT_TRUE(runtime_->welcomes());
  take_told();
  const auto call = start_sandbox("a");
  EXPECT_EQ(runtime_->hears(), refusal_of(call, "not yet: a"));
  EXPECT_EQ(take_told(), (Texts{"started a", "refused a"}));
  answers_.at(0)();
  EXPECT_EQ(runtime_->hears_at_once(), std::nullopt);
}

TEST_F(NriPlugin, RefusesBeforeTheRuntimeGivesUp) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  const auto call = start_sandbox("a", milliseconds(4));
  EXPECT_EQ(runtime_->hears(), refusal_of(call, "not yet: a"));
  EXPECT_TRUE(was_told("refused a"));
}

TEST_F(NriPlugin, DoesNotRefuseWhatWasAnswered) {
  answers_at_once_ = true;
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  start_sandbox("a", milliseconds(20));
  answers_at_once_ = false;
  start_sandbox("b", milliseconds(40));  // whose time ends after that of the first
  EXPECT_TRUE(runtime_->wait_until([&] { return was_told("refused b"); }));
  EXPECT_FALSE(was_told("refused a"));
}

TEST_F(NriPlugin, ComesBackWhenTheRuntimeRestarts) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes({{.name = "a"}}));
  take_told();
  runtime_.reset();
  run_until_told(2);
  EXPECT_EQ(take_told(), (Texts{"refused: the runtime closed the connection",
                                "absent: no socket " + socket_ +
                                    ": the runtime is not running, or does not offer NRI"}));
  listen();
  ASSERT_TRUE(runtime_->welcomes({{.name = "b"}}));
  EXPECT_EQ(take_told(), (Texts{"synchronized b", "connected: connected to fake v1"}));
}

TEST_F(NriPlugin, LosesWhatItHoldsWhenTheConnectionEnds) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  start_sandbox("a");
  start_sandbox("b");
  answers_.at(1)();
  ASSERT_TRUE(runtime_->hears());
  take_told();
  runtime_->hangs_up();
  run_until_told(2);
  EXPECT_EQ(take_told(), (Texts{"lost a", "refused: the runtime closed the connection"}));
}

TEST_F(NriPlugin, DoesNotAnswerOnAnotherConnection) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  const auto first = start_sandbox("a");
  ASSERT_TRUE(runtime_->welcomes());
  const auto second = start_sandbox("b");
  ASSERT_EQ(first, second);
  answers_.at(0)();
  EXPECT_EQ(runtime_->hears_at_once(), std::nullopt);
  answers_.at(1)();
  EXPECT_EQ(runtime_->hears(), answer_to(second));
}

TEST_F(NriPlugin, TellsThatNobodyListens) {
  listen();
  runtime_->stops_listening();
  start();
  run_until_told(1);
  EXPECT_EQ(take_told(), Texts{"refused: nobody listens on " + socket_ +
                               ": the runtime is not running, or its NRI is disabled"});
}

TEST_F(NriPlugin, TellsEachStateOnce) {
  start();
  run_until_told(1);
  for (int i = 0; i < 20; ++i) io_.run_for(milliseconds(1));
  EXPECT_EQ(told_.size(), 1U);
}

TEST_F(NriPlugin, TellsThatAPathIsTooLong) {
  const auto path = directory_ / std::string(200, 'x');
  start_on(path);
  run_until_told(1);
  EXPECT_EQ(take_told(), Texts{"refused: cannot connect to " + path + ": File name too long"});
}

TEST_F(NriPlugin, TellsWhyTheRuntimeRejectsIt) {
  listen();
  start();
  ASSERT_TRUE(runtime_->accepts());
  runtime_->says(test::response(1, 2, "no more plugins"));
  EXPECT_TRUE(runtime_->is_hung_up_on());
  EXPECT_EQ(take_told(), Texts{"refused: the runtime rejects the plugin: no more plugins"});
  EXPECT_TRUE(runtime_->welcomes());
}

TEST_F(NriPlugin, EndsAConnectionThatSendsGarbage) {
  listen();
  start();
  ASSERT_TRUE(runtime_->accepts());
  runtime_->says("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_TRUE(runtime_->is_hung_up_on());
  EXPECT_EQ(take_told(), Texts{"refused: a frame of 791752241 bytes is longer than 4194314"});
  EXPECT_TRUE(runtime_->welcomes());
}

TEST_F(NriPlugin, EndsAConnectionWithoutASynchronization) {
  auto timing = kQuick;
  timing.registration = milliseconds(5);
  listen();
  start(timing);
  ASSERT_TRUE(runtime_->accepts());
  EXPECT_TRUE(runtime_->is_hung_up_on());
  EXPECT_EQ(take_told(), Texts{"refused: the runtime did not synchronize within 5 ms"});
}

TEST_F(NriPlugin, KeepsASynchronizedConnectionHoweverLong) {
  auto timing = kQuick;
  timing.registration = milliseconds(1'000);
  listen();
  start(timing);
  ASSERT_TRUE(runtime_->welcomes());
  take_told();
  start_sandbox("a", milliseconds(1'600));
  EXPECT_TRUE(runtime_->wait_until([&] { return was_told("refused a"); }));
  EXPECT_EQ(take_told(), (Texts{"started a", "refused a"}));
}

TEST_F(NriPlugin, TellsThatTheRuntimeHungUpEarlyOrShutDown) {
  listen();
  start();
  ASSERT_TRUE(runtime_->accepts());
  runtime_->hangs_up();
  ASSERT_TRUE(runtime_->welcomes());
  EXPECT_EQ(take_told()[0],
            "refused: the runtime closed the connection before it synchronized: its log says why");
  runtime_->calls({"Shutdown", ""});
  EXPECT_EQ(runtime_->hears(), answer_to(5));
  runtime_->hangs_up();
  run_until_told(1);
  EXPECT_EQ(take_told()[0], "refused: the runtime shut down");
}

TEST_F(NriPlugin, EndsAConnectionThatDoesNotReadItsAnswers) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  take_told();
  std::string calls;
  for (std::uint32_t call = 5; call < 5 + 2 * 200'000; call += 2) {
    calls += test::request(call, {"Shutdown", ""});
  }
  runtime_->says_without_reading(std::move(calls));
  EXPECT_TRUE(runtime_->wait_until([&] { return !told_.empty(); }));
  EXPECT_EQ(take_told(), Texts{"refused: the runtime does not read its answers"});
}

TEST_F(NriPlugin, LooksForARuntimeWithoutARegistration) {
  EXPECT_EQ(look_for_runtime(socket_).error().code, ErrorCode::kNotFound);
  listen();
  EXPECT_TRUE(look_for_runtime(socket_));
  ASSERT_TRUE(runtime_->accepts());
  EXPECT_TRUE(runtime_->is_hung_up_on());
  EXPECT_EQ(runtime_->hears_at_once(), std::nullopt);
  runtime_->stops_listening();
  EXPECT_EQ(look_for_runtime(socket_).error().code, ErrorCode::kIo);
}

TEST_F(NriPlugin, IsSilentOnceDestroyed) {
  listen();
  start();
  ASSERT_TRUE(runtime_->welcomes());
  start_sandbox("a", milliseconds(20));
  take_told();
  plugin_.reset();
  EXPECT_TRUE(runtime_->is_hung_up_on());
  answers_.at(0)();
  io_.run_for(milliseconds(50));
  EXPECT_EQ(take_told(), Texts{});
}

}  // namespace
}  // namespace portcullis::nri
