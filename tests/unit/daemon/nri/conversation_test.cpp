#include "daemon/nri/conversation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/nri/runtime_words.h"
#include "tests/unit/daemon/nri/conversation_text.h"

namespace portcullis::nri {
namespace {

using namespace std::string_literals;
using test::event_message;
using test::request;
using test::RuntimeSandbox;
using test::synchronize_message;
using Texts = std::vector<std::string>;

class NriConversation : public testing::Test {
 protected:
  NriConversation() { conversation_.take_output(); }

  Texts hears(std::string_view bytes) { return hear(conversation_, bytes); }

  // "call: message" of what it has sent since the last time, messages in hex.
  Texts sent() {
    Texts texts;
    auto bytes = conversation_.take_output();
    test::PluginFrame frame;
    while (test::take_frame(bytes, frame)) {
      EXPECT_EQ(frame.connection, 1U);
      EXPECT_EQ(frame.type, 2);
      std::string text = std::to_string(frame.stream) + ":";
      for (const char byte : frame.message) {
        constexpr const char* kDigits = "0123456789abcdef";
        const auto number = static_cast<unsigned char>(byte);
        text += {' ', kDigits[number / 16], kDigits[number % 16]};
      }
      texts.push_back(text);
    }
    EXPECT_EQ(bytes, "");
    return texts;
  }

  Conversation conversation_;
};

TEST_F(NriConversation, BeginsWithTheRegistration) {
  Conversation fresh;
  auto bytes = fresh.take_output();
  test::PluginFrame frame;
  ASSERT_TRUE(test::take_frame(bytes, frame));
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(frame.connection, 2U);
  EXPECT_EQ(frame.stream, 1U);
  EXPECT_EQ(frame.type, 1);
  EXPECT_EQ(
      test::read_registration(frame),
      (test::Registration{"nri.pkg.api.v1alpha1.Runtime", "RegisterPlugin", "portcullis", "99"}));
  EXPECT_EQ(fresh.take_output(), "");
}

TEST_F(NriConversation, SubscribesToSandboxesAlone) {
  EXPECT_EQ(hears(request(1, {"Configure", test::configure_message("containerd", "v2")})),
            Texts{"configured by containerd v2"});
  EXPECT_EQ(sent(), Texts{"1: 12 02 10 07"});
}

TEST_F(NriConversation, TakesTheRegistrationsAnswerBeforeOrAfterConfigure) {
  const auto configure = request(1, {"Configure", ""});
  for (const auto& bytes : {configure + test::response(1), test::response(1) + configure}) {
    Conversation conversation;
    EXPECT_EQ(hear(conversation, bytes), Texts{"configured by "});
  }
}

TEST_F(NriConversation, EndsIfTheRuntimeRejectsThePlugin) {
  EXPECT_EQ(hears(test::response(1, 2, "invalid\nname")),
            Texts{"! the runtime rejects the plugin: invalid\\nname"});
}

TEST_F(NriConversation, JoinsASynchronizationInParts) {
  EXPECT_EQ(hears(request(1, {"Synchronize", synchronize_message({{.name = "a"}}, true)})),
            Texts{});
  EXPECT_EQ(hears(request(3, {"Synchronize", synchronize_message({}, true)})), Texts{});
  EXPECT_EQ(hears(request(5, {"Synchronize", synchronize_message({{.name = "b"}, {.name = "c"}})})),
            Texts{"synchronized a b c"});
  EXPECT_EQ(sent(), (Texts{"1: 12 02 10 01", "3: 12 02 10 01", "5:"}));
  EXPECT_EQ(hears(request(7, {"Synchronize", synchronize_message({})})), Texts{"synchronized"});
}

TEST_F(NriConversation, BoundsASynchronization) {
  const auto longest = std::string(kLongestMessage - 400, '\0');
  const auto part = synchronize_message({{.network_namespace = longest}}, true);
  std::uint32_t call = 1;
  for (std::size_t size = part.size(); size <= kLongestSynchronization; size += part.size()) {
    ASSERT_EQ(hears(request(call, {"Synchronize", part})), Texts{});
    call += 2;
  }
  EXPECT_EQ(hears(request(call, {"Synchronize", part})),
            Texts{"! Synchronize is longer than 67108864 bytes"});
}

TEST_F(NriConversation, HoldsAStartBackUntilItIsAnsweredOnce) {
  EXPECT_EQ(hears(request(1, {"RunPodSandbox", event_message({.name = "a"})}) +
                  request(3, {"RunPodSandbox", event_message({.name = "b"})})),
            (Texts{"started a, call 1", "started b, call 3"}));
  EXPECT_EQ(sent(), Texts{});
  conversation_.answer(3);
  EXPECT_EQ(sent(), Texts{"3:"});
  conversation_.answer(3);
  conversation_.answer(5);
  EXPECT_EQ(sent(), Texts{});
  conversation_.answer(1);
  EXPECT_EQ(sent(), Texts{"1:"});
}

TEST_F(NriConversation, RefusesAStartOnceAndBriefly) {
  hears(request(1, {"RunPodSandbox", event_message({})}));
  conversation_.refuse(1, std::string(5'000, 'x'));
  const auto refused = conversation_.take_output();
  EXPECT_LT(refused.size(), 1'200U);
  EXPECT_NE(refused.find("xxx"), std::string::npos);
  conversation_.refuse(1, "again");
  conversation_.answer(1);
  EXPECT_EQ(sent(), Texts{});
}

TEST_F(NriConversation, PassesOnHowLongTheRuntimeWaits) {
  const auto heard = conversation_.receive(
      request(1, {"RunPodSandbox", event_message({}), std::chrono::seconds(2)}));
  ASSERT_EQ(heard.events.size(), 1U);
  EXPECT_EQ(std::get<Started>(heard.events[0]).limit, std::chrono::seconds(2));
}

TEST_F(NriConversation, AnswersTheOtherEventsAtOnce) {
  EXPECT_EQ(
      hears(request(1, {"StopPodSandbox", event_message({})}) +
            request(3, {"RemovePodSandbox", event_message({})}) + request(5, {"Shutdown", ""})),
      (Texts{"stopped web", "removed web", "shut down"}));
  EXPECT_EQ(sent(), (Texts{"1:", "3:", "5:"}));
}

TEST_F(NriConversation, HearsOfSandboxesByStateChangeToo) {
  const auto change = [](std::uint32_t call, int event) {
    return request(call, {"StateChange", test::state_change_message(event, {})});
  };
  EXPECT_EQ(hears(change(1, 1) + change(3, 2) + change(5, 3) + change(7, 6)),
            (Texts{"started web, call 1", "stopped web", "removed web"}));
  EXPECT_EQ(sent(), (Texts{"3:", "5:", "7:"}));
  conversation_.answer(1);
  EXPECT_EQ(sent(), Texts{"1:"});
}

TEST_F(NriConversation, DoesNotImplementWhatItDidNotSubscribeTo) {
  const auto refusal = ": 0a 13 08 0c 12 0f 6e 6f 74 20 69 6d 70 6c 65 6d 65 6e 74 65 64"s;
  EXPECT_EQ(hears(request(1, {"CreateContainer", "\xff"}) +
                  request(3, {.method = "StopPodSandbox", .service = "some.other.Service"})),
            Texts{});
  EXPECT_EQ(sent(), (Texts{"1" + refusal, "3" + refusal}));
}

TEST_F(NriConversation, BoundsHeldAnswers) {
  std::uint32_t call = 1;
  for (std::size_t i = 0; i < kMostHeld; ++i, call += 2) {
    ASSERT_EQ(hears(request(call, {"RunPodSandbox", event_message({})})).size(), 1U);
  }
  EXPECT_EQ(hears(request(call, {"RunPodSandbox", event_message({})})),
            Texts{"! more than 1024 sandboxes start at once"});
}

TEST_F(NriConversation, EndsAfterTheEventsBeforeAnError) {
  EXPECT_EQ(hears(request(1, {"StopPodSandbox", event_message({})}) + test::trunk_frame(3, "x")),
            (Texts{"stopped web", "! connection 3 is not open"}));
}

TEST_F(NriConversation, EndsWithTheReasonOfWhatIsNotNri) {
  const std::string number = ": numbers are odd and increase";
  const std::vector<std::pair<std::string, std::string>> cases{
      {request(2, {"Shutdown", ""}), "call 2 after call 0" + number},
      {request(3, {"Shutdown", ""}) + request(1, {"Shutdown", ""}), "call 1 after call 3" + number},
      {request(3, {"Shutdown", ""}) + request(3, {"Shutdown", ""}), "call 3 after call 3" + number},
      {test::trunk_frame(0, ""), "connection 0 is not open"},
      {test::trunk_frame(1, test::call_frame(1, 2, "")), "an answer to a call never made"},
      {test::response(3), "a call to the runtime's own service, or an answer to a call never made"},
      {test::trunk_frame(2, test::call_frame(1, 1, "")),
       "a call to the runtime's own service, or an answer to a call never made"},
      {test::trunk_frame(1, test::call_frame(1, 1, "\xff")),
       "a request cannot be read: end of buffer exception"},
      {request(1, {"RunPodSandbox", ""}),
       "an event of a sandbox cannot be read: there is no sandbox in it"},
      {request(1, {"Synchronize", "\x0a\x01"}),
       "Synchronize cannot be read: end of buffer exception"},
      {"GET / HTTP/1.1\r\n\r\n", "a frame of 790644820 bytes is longer than 4194314"},
  };
  for (const auto& [bytes, message] : cases) {
    Conversation conversation;
    const auto texts = hear(conversation, bytes);
    ASSERT_FALSE(texts.empty()) << message;
    EXPECT_EQ(texts.back(), "! " + message);
  }
}

}  // namespace
}  // namespace portcullis::nri
