#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a container runtime writes to an NRI plugin, as bytes, and how it reads what the plugin
// writes. It shares no code with daemon/nri: two equal mistakes would not be seen.
namespace portcullis::test {

struct RuntimeSandbox {
  std::string id = "4f2a";
  std::string name = "web";
  std::string uid = "7c1e";
  std::string ns = "shop";
  std::vector<std::pair<std::string, std::string>> labels{};
  std::string network_namespace = "/run/netns/web";
  std::vector<std::string> addresses{};
};

std::string sandbox_message(const RuntimeSandbox& sandbox);
std::string event_message(const RuntimeSandbox& sandbox);  // RunPodSandboxRequest and the like
std::string state_change_message(int event, const RuntimeSandbox& sandbox);
std::string synchronize_message(const std::vector<RuntimeSandbox>& sandboxes, bool more = false);
std::string configure_message(std::string_view runtime, std::string_view version);

std::string trunk_frame(std::uint32_t connection, std::string_view payload);
std::string call_frame(std::uint32_t stream, char type, std::string_view message);

struct RuntimeCall {
  std::string method;
  std::string message{};
  std::chrono::nanoseconds limit{0};
  std::string service = "nri.pkg.api.v1alpha1.Plugin";
};
std::string request(std::uint32_t stream, const RuntimeCall& call);  // in both frames

// To the plugin's registration, in both frames.
std::string response(std::uint32_t stream, int code = 0, std::string_view text = "");

// A frame of the plugin.
struct PluginFrame {
  std::uint32_t connection = 0;
  std::uint32_t stream = 0;
  int type = 0;
  std::string message;

  bool operator==(const PluginFrame&) const = default;
};
std::ostream& operator<<(std::ostream& out, const PluginFrame& frame);  // without the message

// Takes the first from `bytes`, false if it is not complete there. Throws if a frame of the trunk
// is not exactly one of a call, or longer than 4096 bytes: Go's side cannot read it.
bool take_frame(std::string& bytes, PluginFrame& frame);

struct Registration {
  std::string service;
  std::string method;
  std::string plugin;
  std::string index;

  bool operator==(const Registration&) const = default;
};
Registration read_registration(const PluginFrame& frame);

}  // namespace portcullis::test
