#include "tests/support/api_server/fault.h"

#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/process/wait_until.h"
#include "tests/unit/support/api_server/client.h"

// Faults of single requests, as a client sees them on the wire.
namespace portcullis::test::api {
namespace {

using State = RawClient::State;
using Where = fault::Break::Where;
using fault::Ending;

constexpr Requests kListsOfPods{.resource = Resource::kPods, .verb = Verb::kList};
constexpr Requests kWatchesOfPods{.resource = Resource::kPods, .verb = Verb::kWatch};

class ApiServerFault : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a", "b", "c"}) {
      server_.put({{"kind", "Pod"}, {"metadata", {{"name", name}}}});
    }
  }

  Server server_;
};

TEST_F(ApiServerFault, RefusesRequests) {
  for (const unsigned code : {401U, 403U, 404U, 410U, 429U, 500U, 503U}) {
    for (const char* target : {kPods, kWatchPods}) {
      server_.inject(fault::Refuse{code, std::chrono::seconds(3)}, {.resource = Resource::kPods});
      const Answer answer = get(server_.port(), target);
      EXPECT_EQ(answer.status, code);
      EXPECT_EQ(answer.fields.at("Retry-After"), "3");
      EXPECT_EQ(answer.json().at("kind"), "Status");
      EXPECT_EQ(answer.json().at("code"), code);
    }
    EXPECT_EQ(get(server_.port(), kPods).status, 200U);
  }
}

TEST_F(ApiServerFault, MeetsWhatItIsMeantFor) {
  server_.inject(fault::Refuse{500}, {.resource = Resource::kPods, .verb = Verb::kList, .skip = 1});
  server_.inject(fault::Refuse{503}, {.verb = Verb::kOther, .times = kAlways});
  EXPECT_EQ(get(server_.port(), "/api/v1/namespaces").status, 200U);
  EXPECT_EQ(get(server_.port(), kPods).status, 200U);
  EXPECT_EQ(get(server_.port(), kPods).status, 500U);
  EXPECT_EQ(get(server_.port(), kPods).status, 200U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get(server_.port(), "/version").status, 503U);
  }
  server_.clear_faults();
  EXPECT_EQ(get(server_.port(), "/version").status, 200U);
}

TEST_F(ApiServerFault, AcceptsAWatchAndThenSaysError) {
  server_.inject(fault::ErrorEvent{500}, kWatchesOfPods);
  const Answer answer = get(server_.port(), std::string(kWatchPods) + "&resourceVersion=4");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json().at("type"), "ERROR");
  EXPECT_EQ(answer.json().at("object").at("code"), 500);
}

TEST_F(ApiServerFault, BreaksAListOff) {
  const std::size_t whole = get(server_.port(), kPods).body.size();
  for (const Ending ending : {Ending::kClose, Ending::kReset}) {
    const State expected = ending == Ending::kClose ? State::kClosed : State::kReset;
    server_.inject(fault::Break{Where::kMidChunk, ending}, kListsOfPods);
    RawClient in_chunk(server_.port(), kPods);
    EXPECT_EQ(in_chunk.read_to_end(), expected);
    EXPECT_EQ(count_of(in_chunk.received(), "\"items\":"), 1U);
    EXPECT_EQ(count_of(in_chunk.received(), kLastChunk), 0U);
    EXPECT_LT(in_chunk.received().size(), whole);
    server_.inject(fault::Break{Where::kMidObject, ending}, kListsOfPods);
    RawClient in_object(server_.port(), kPods);
    EXPECT_EQ(in_object.read_to_end(), expected);
    EXPECT_TRUE(in_object.received().ends_with("\r\n")) << in_object.received();
    EXPECT_FALSE(in_object.received().ends_with(kLastChunk));
  }
}

TEST_F(ApiServerFault, HangsInTheMiddleOfAList) {
  server_.inject(fault::Break{Where::kMidChunk, Ending::kHang}, kListsOfPods);
  RawClient client(server_.port(), kPods);
  EXPECT_TRUE(client.read_until("\"items\":"));
  EXPECT_EQ(client.read_for(std::chrono::milliseconds(100)), State::kOpen);
  EXPECT_FALSE(client.received().ends_with(kLastChunk));
  EXPECT_EQ(get(server_.port(), kPods).status, 200U);  // others are served
}

TEST_F(ApiServerFault, BreaksAWatchOffWhileItTellsWhatIsThere) {
  server_.inject(fault::Break{.where = Where::kMidObject, .events = 2}, kWatchesOfPods);
  RawClient client(server_.port(), kWatchPods);
  EXPECT_EQ(client.read_to_end(), State::kClosed);
  EXPECT_EQ(count_of(client.received(), "}\n\r\n"), 2U);
  EXPECT_EQ(count_of(client.received(), "{\"type\":\"ADDED\""), 3U);
}

TEST_F(ApiServerFault, DripsAList) {
  const std::string body = get(server_.port(), kPods).body;
  server_.inject(fault::Drip{std::chrono::milliseconds(1)}, kListsOfPods);
  RawClient client(server_.port(), kPods);
  EXPECT_TRUE(client.read_until("]}\n"));
  EXPECT_TRUE(client.received().ends_with(body));
  EXPECT_GT(client.reads(), 10);
}

TEST_F(ApiServerFault, AnswersAListWithGarbage) {
  server_.inject(fault::Garbage{"<html>"}, kListsOfPods);
  const Answer answer = get(server_.port(), kPods);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "<html>");
}

TEST_F(ApiServerFault, NeverEndsAList) {
  server_.inject(fault::EndlessLine{}, kListsOfPods);
  {
    RawClient client(server_.port(), kPods);
    EXPECT_TRUE(client.read_until(std::string(1U << 16, 'x')));
    EXPECT_TRUE(client.read_until("x\r\n10000\r\nxxx"));
    EXPECT_EQ(server_.connections(), 1U);
  }
  EXPECT_TRUE(wait_until([&] { return server_.connections() == 0; }));
}

TEST_F(ApiServerFault, NeverAnswers) {
  server_.inject(fault::Silence{}, kListsOfPods);
  RawClient client(server_.port(), kPods);
  EXPECT_EQ(client.read_for(std::chrono::milliseconds(100)), State::kOpen);
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(server_.count(Resource::kPods, Verb::kList), 1U);
}

TEST_F(ApiServerFault, TellsAHugeObject) {
  const std::string text(20U << 20U, 'y');
  RawClient client(server_.port(), kWatchPods);
  ASSERT_TRUE(client.read_until("\"name\":\"c\""));
  server_.put({{"kind", "Pod"}, {"metadata", {{"name", "d"}, {"annotations", {{"x", text}}}}}});
  EXPECT_GT(get(server_.port(), kPods).body.size(), text.size());
  client.forget();
  EXPECT_TRUE(client.read_until("}\n\r\n"));
  EXPECT_GT(client.received().size(), text.size());
}

TEST_F(ApiServerFault, StoresWhatIsMalformed) {
  server_.put({{"kind", "Pod"}, {"metadata", {{"name", "bad"}, {"labels", 7}}}, {"spec", "none"}});
  server_.put({{"kind", "Namespace"}, {"metadata", {{"name", "bad"}, {"labels", "x"}}}});
  const Answer pods = get(server_.port(), kPods);
  EXPECT_EQ(pods.json().at("items").size(), 4U);
  EXPECT_EQ(count_of(pods.body, "\"spec\":\"none\""), 1U);
  EXPECT_EQ(count_of(get(server_.port(), "/api/v1/namespaces").body, "\"labels\":\"x\""), 1U);
}

}  // namespace
}  // namespace portcullis::test::api
