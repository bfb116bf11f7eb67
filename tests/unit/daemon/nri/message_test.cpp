#include "daemon/nri/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/nri/call.h"
#include "tests/support/nri/runtime_words.h"

namespace portcullis::nri {
namespace {

using namespace std::string_literals;
using test::RuntimeSandbox;
using Texts = std::vector<std::string>;

Sandbox decoded(const RuntimeSandbox& sandbox) {
  const auto result = decode_sandbox_request(test::event_message(sandbox));
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(Sandbox{});
}

Texts addresses_of(const Sandbox& sandbox) {
  Texts texts;
  for (const auto& each : sandbox.addresses) texts.push_back(to_string(each));
  return texts;
}

TEST(DecodeSandbox, ReadsWhatIdentifiesAPod) {
  const auto sandbox = decoded({});
  EXPECT_EQ(sandbox.id, "4f2a");
  EXPECT_EQ(sandbox.uid, "7c1e");
  EXPECT_EQ(sandbox.ns, "shop");
  EXPECT_EQ(sandbox.name, "web");
  EXPECT_EQ(sandbox.network_namespace, "/run/netns/web");
  EXPECT_EQ(addresses_of(sandbox), Texts{});
}

TEST(DecodeSandbox, KeepsTheOrderOfAddresses) {
  EXPECT_EQ(addresses_of(decoded({.addresses = {"fd00::1", "10.0.0.1"}})),
            (Texts{"fd00::1", "10.0.0.1"}));
}

TEST(DecodeSandbox, HasNoAddressWithoutANetwork) {
  EXPECT_EQ(addresses_of(decoded({.network_namespace = "", .addresses = {"10.0.0.1"}})), Texts{});
}

TEST(DecodeSandbox, LeavesOutLabelsOfKubeletAndRuntimeByName) {
  const auto sandbox = decoded({.labels = {{"app", "web"},
                                           {"io.kubernetes.pod.name", "web"},
                                           {"io.kubernetes.pod.namespace", "shop"},
                                           {"io.kubernetes.pod.uid", "7c1e"},
                                           {"io.kubernetes.container.name", "POD"},
                                           {"io.cri-containerd.kind", "sandbox"},
                                           {"oci_runtime_type", "io.containerd.runc.v2"},
                                           {"selinux_label", ""},
                                           {"io.kubernetes.team", "a"},
                                           {"empty", ""}}});
  EXPECT_EQ(sandbox.labels, (Labels{{"app", "web"}, {"io.kubernetes.team", "a"}, {"empty", ""}}));
}

TEST(DecodeSandbox, NamesWhatIsWrong) {
  const auto error = [](const std::string& message) {
    const auto result = decode_sandbox_request(message);
    return result ? "none" : result.error().message;
  };
  const std::string start = "an event of a sandbox cannot be read: ";
  EXPECT_EQ(error(""), start + "there is no sandbox in it");
  EXPECT_EQ(error(test::event_message({.id = ""})), start + "a sandbox has no id");
  EXPECT_EQ(error(test::event_message({.addresses = {"10.0.0"}})),
            start + "\"10.0.0\" is not an address");
  EXPECT_EQ(error("\x08\1"), start + "field 1 has another type");
  EXPECT_EQ(error("\x0a\x02\x08\1"), start + "field 1 has another type");
  EXPECT_EQ(error("\x0a\x05"), start + "end of buffer exception");
}

TEST(DecodeSynchronizePart, SkipsContainers) {
  const auto part =
      decode_synchronize_part(test::synchronize_message({{.id = "a"}, {.id = "b"}}, true));
  ASSERT_TRUE(part);
  ASSERT_EQ(part->sandboxes.size(), 2U);
  EXPECT_EQ(part->sandboxes[1].id, "b");
  EXPECT_TRUE(part->more);
  EXPECT_FALSE(decode_synchronize_part(test::synchronize_message({}))->more);
}

TEST(DecodeStateChange, NeedsASandboxOnlyForItsEvents) {
  const auto change = decode_state_change(test::state_change_message(kStopPodSandbox, {}));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->event, kStopPodSandbox);
  EXPECT_EQ(change->sandbox.id, "4f2a");
  EXPECT_EQ(decode_state_change("\x08\x06")->event, 6);
  EXPECT_EQ(decode_state_change("\x08\x01").error().message,
            "StateChange cannot be read: there is no sandbox in it");
}

TEST(DecodeRuntime, NamesItWithItsVersion) {
  EXPECT_EQ(decode_runtime(test::configure_message("containerd", "v2.4.2")), "containerd v2.4.2");
  EXPECT_EQ(decode_runtime(""), "");
}

TEST(Encode, IsTheBytesOfTheAnswers) {
  EXPECT_EQ(encode_response({}), "");
  EXPECT_EQ(encode_response({kOk, {}, encode_event_mask(7)}), "\x12\x02\x10\x07");
  EXPECT_EQ(encode_response({kOk, {}, encode_more()}), "\x12\x02\x10\x01");
  EXPECT_EQ(encode_response({kUnimplemented, "no", {}}), "\x0a\x06\x08\x0c\x12\x02no");
  EXPECT_EQ(encode_registration("portcullis", "99"), "\x0a\x0aportcullis\x12\x02\x39\x39");
}

TEST(DecodeResponse, ReadsTheStatus) {
  const auto response = decode_response("\x0a\x06\x08\x0c\x12\x02no\x12\x01x");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, kUnimplemented);
  EXPECT_EQ(response->message, "no");
  EXPECT_EQ(response->payload, "x");
  EXPECT_EQ(decode_response("")->code, kOk);
}

TEST(DecodeRequest, ReadsTheLimit) {
  EXPECT_EQ(decode_request("\x20\xe8\x07")->limit, std::chrono::nanoseconds(1000));
  // -1, for a caller that has given up already.
  EXPECT_EQ(decode_request("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")->limit.count(), 0);
  EXPECT_EQ(decode_request("\x22\x01x").error().message,
            "a request cannot be read: field 4 has another type");
}

}  // namespace
}  // namespace portcullis::nri
