#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/process/wait_until.h"
#include "tests/unit/support/api_server/client.h"

// Lists, watches and history, where they matter to a client that follows them.
namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

class ApiServerProtocol : public testing::Test {
 protected:
  std::uint64_t put(const std::string& name, const std::string& ns = "default",
                    const Json& labels = Json::object()) {
    return server_.put(
        {{"kind", "Pod"}, {"metadata", {{"name", name}, {"namespace", ns}, {"labels", labels}}}});
  }

  Answer get_pods(const std::string& query) {
    return get(server_.port(), std::string(kPods) + "?" + query);
  }

  RawClient watch(const std::string& query) {
    return RawClient(server_.port(), std::string(kWatchPods) + query);
  }

  // For a watch that the server ends at once, with its output until then.
  std::vector<Json> events(const std::string& query) {
    const auto before = server_.watches(Resource::kPods);
    RawClient client(server_.port(), std::string(kWatchPods) + query);
    EXPECT_TRUE(wait_until([&] {
      return server_.watches(Resource::kPods) > before ||
             client.read_for(std::chrono::milliseconds(1)) != RawClient::State::kOpen ||
             count_of(client.received(), "\r\n0\r\n\r\n") > 0;
    }));
    server_.end_watches();
    EXPECT_TRUE(client.read_until("0\r\n\r\n"));
    return lines(client.received());
  }

  static std::vector<Json> lines(const std::string& received) {
    std::vector<Json> result;
    for (auto at = received.find("{\"type\""); at != std::string::npos;
         at = received.find("{\"type\"", at + 1)) {
      result.push_back(Json::parse(received.substr(at, received.find('\n', at) - at)));
    }
    return result;
  }

  static std::vector<std::string> told(const std::vector<Json>& events) {
    std::vector<std::string> result;
    for (const Json& event : events) {
      const Json& metadata = event["object"]["metadata"];
      result.push_back(event["type"].get<std::string>() + " " + metadata.value("name", "-"));
    }
    return result;
  }

  Server server_;
};

using Told = std::vector<std::string>;

std::vector<std::string> names(const Answer& answer) {
  std::vector<std::string> result;
  const Json list = answer.json();
  for (const Json& item : list.at("items")) result.push_back(item["metadata"]["name"]);
  return result;
}

std::string version_of(const Answer& answer) {
  return answer.json().at("metadata").at("resourceVersion");
}

TEST_F(ApiServerProtocol, ListsWithTheVersion) {
  put("b");
  const auto version = put("a", "shop");
  const Answer all = get_pods("");
  EXPECT_EQ(all.json().at("kind"), "PodList");
  EXPECT_EQ(all.json().at("apiVersion"), "v1");
  EXPECT_EQ(version_of(all), std::to_string(version));
  EXPECT_EQ(names(all), (Told{"b", "a"}));  // by namespace
  EXPECT_FALSE(all.json()["items"][0].contains("kind"));
  EXPECT_LT(all.body.find("\"metadata\""), all.body.find("\"items\""));
}

TEST_F(ApiServerProtocol, PagesAreOfOneSnapshot) {
  for (const char* name : {"a", "b", "c", "d", "e"}) put(name);
  const Answer first = get_pods("limit=2");
  EXPECT_EQ(names(first), (Told{"a", "b"}));
  server_.erase(Resource::kPods, "default", "c");
  put("cc");
  const std::string token = first.json()["metadata"]["continue"];
  const Answer second = get_pods("limit=2&continue=" + token);
  EXPECT_EQ(names(second), (Told{"c", "d"}));
  EXPECT_EQ(version_of(second), version_of(first));
  const std::string last = second.json()["metadata"]["continue"];
  const Answer third = get_pods("limit=2&continue=" + last);
  EXPECT_EQ(names(third), Told{"e"});
  EXPECT_FALSE(third.json()["metadata"].contains("continue"));
  EXPECT_EQ(get_pods("continue=nonsense").status, 400U);
}

TEST_F(ApiServerProtocol, AContinueTokenExpires) {
  for (const char* name : {"a", "b", "c"}) put(name);
  const std::string token = get_pods("limit=1").json()["metadata"]["continue"];
  put("bb");
  server_.compact();
  const Answer expired = get_pods("limit=1&continue=" + token);
  EXPECT_EQ(expired.status, 410U);
  EXPECT_EQ(expired.json()["reason"], "Expired");
}

// "shop-2" precedes "shop" if the namespace and the name are compared as one text with "/".
TEST_F(ApiServerProtocol, PagesCrossNamespaces) {
  put("a", "shop");
  put("a", "shop-2");
  const Answer first = get_pods("limit=1");
  const std::string token = first.json()["metadata"]["continue"];
  EXPECT_EQ(names(get_pods("continue=" + token)).size(), 1U);
}

TEST_F(ApiServerProtocol, WatchesFromAVersion) {
  put("old");
  const auto version = server_.resource_version();
  put("a");
  put("a", "default", {{"x", "y"}});
  server_.erase(Resource::kPods, "default", "a");
  server_.apply("{kind: Namespace, metadata: {name: other}}");
  const auto all = events("&resourceVersion=" + std::to_string(version));
  EXPECT_EQ(told(all), (Told{"ADDED a", "MODIFIED a", "DELETED a"}));
  EXPECT_EQ(all[2]["object"]["metadata"]["resourceVersion"], std::to_string(version + 3));
  EXPECT_EQ(told(events("")), Told{"ADDED old"});
}

TEST_F(ApiServerProtocol, AnUpdateThatChangesNothingIsNoEvent) {
  const auto version = put("a");
  EXPECT_EQ(put("a"), version);
  EXPECT_EQ(told(events("&resourceVersion=" + std::to_string(version))), Told{});
}

TEST_F(ApiServerProtocol, AWatchFromACompactedVersionExpires) {
  const std::string known = "&resourceVersion=" + std::to_string(put("a"));
  put("b");
  server_.compact();
  const auto error = events(known);
  ASSERT_EQ(told(error), Told{"ERROR -"});
  EXPECT_EQ(error[0]["object"]["code"], 410);
  EXPECT_EQ(error[0]["object"]["reason"], "Expired");
  server_.set_expired_watch(ExpiredWatch::kHttpStatus);
  const Answer answer = get(server_.port(), kWatchPods + known);
  EXPECT_EQ(answer.status, 410U);
  EXPECT_EQ(answer.json()["reason"], "Expired");
}

TEST_F(ApiServerProtocol, HistoryIsBounded) {
  Server server({.history = 3});
  std::uint64_t first = 0;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    const auto version = server.put({{"kind", "Pod"}, {"metadata", {{"name", name}}}});
    if (first == 0) first = version;
  }
  RawClient late(server.port(), kWatchPods + ("&resourceVersion=" + std::to_string(first)));
  EXPECT_TRUE(late.read_until("too old resource version"));
  RawClient early(server.port(), kWatchPods + ("&resourceVersion=" + std::to_string(first + 1)));
  EXPECT_TRUE(early.read_until("\"name\":\"e\""));
}

TEST_F(ApiServerProtocol, SendsBookmarksToWhoAllowsThem) {
  put("a");
  RawClient with = watch("&allowWatchBookmarks=true");
  RawClient without = watch("");
  ASSERT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 2; }));
  server_.apply("{kind: Namespace, metadata: {name: other}}");
  const auto version = server_.resource_version();
  server_.send_bookmarks();
  server_.end_watches();
  EXPECT_TRUE(with.read_until("0\r\n\r\n"));
  EXPECT_TRUE(without.read_until("0\r\n\r\n"));
  const auto events = lines(with.received());
  ASSERT_EQ(told(events), (Told{"ADDED a", "BOOKMARK -"}));
  EXPECT_EQ(events[1]["object"]["metadata"]["resourceVersion"], std::to_string(version));
  EXPECT_EQ(events[1]["object"]["kind"], "Pod");
  EXPECT_EQ(told(lines(without.received())), Told{"ADDED a"});
}

TEST_F(ApiServerProtocol, EndsAWatchWhenItsTimeIsUp) {
  put("a");
  const Answer answer = get_pods("watch=1&timeoutSeconds=1");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json().at("type"), "ADDED");
  EXPECT_EQ(server_.watches(Resource::kPods), 0U);
}

TEST_F(ApiServerProtocol, OneConnectionServesOneRequestAfterTheOther) {
  put("a");
  RawClient client = watch("");
  ASSERT_TRUE(client.read_until("\"name\":\"a\""));
  server_.end_watches();
  ASSERT_TRUE(client.read_until("0\r\n\r\n"));
  client.forget();
  client.ask(kPods);
  EXPECT_TRUE(client.read_until("\"PodList\""));
  client.ask("/version");
  EXPECT_TRUE(client.read_until("gitVersion"));
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(ApiServerProtocol, RefusesWhatItDoesNotServe) {
  for (const char* target : {"/openapi/v2", "/api/v1/nodes", "/api/v1/namespaces/default/pods",
                             "/api/v1/namespaces/default/pods/a"}) {
    EXPECT_EQ(get(server_.port(), target).status, 404U) << target;
  }
  EXPECT_EQ(ask(server_.port(), {.method = "POST", .target = kPods, .body = "{}"}).status, 404U);
  EXPECT_EQ(get_pods("labelSelector=a").status, 400U);
  EXPECT_EQ(get_pods("watch=1&fieldSelector=metadata.name=a").status, 400U);
}

TEST_F(ApiServerProtocol, ForgetsAStreamWhoseClientIsGone) {
  {
    const RawClient client = watch("");
    ASSERT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 1; }));
  }
  EXPECT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 0; }));
}

TEST_F(ApiServerProtocol, RemembersWhatWasAsked) {
  ask(server_.port(), {.target = std::string(kPods) + "?limit=5",
                       .fields = {{"Authorization", "Bearer x"}, {"Accept", "application/json"}}});
  ASSERT_EQ(server_.requests().size(), 1U);
  const Request request = server_.requests()[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, kPods);
  EXPECT_EQ(request.verb, Verb::kList);
  EXPECT_EQ(request.parameter("limit"), "5");
  EXPECT_EQ(request.field("authorization"), "Bearer x");
  EXPECT_EQ(request.field("accept"), "application/json");
  EXPECT_EQ(server_.count(Resource::kPods, Verb::kList), 1U);
  server_.forget_requests();
  EXPECT_EQ(server_.requests().size(), 0U);
}

}  // namespace
}  // namespace portcullis::test::api
