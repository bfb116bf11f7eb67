#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/nri/runtime_words.h"

namespace portcullis::test {

// The runtime's end of NRI at a unix socket, for one plugin at a time. A test and the plugin share
// the io_context, which runs while the test waits here.
class FakeRuntime {
 public:
  FakeRuntime(boost::asio::io_context& io, std::string path);  // listens
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;
  ~FakeRuntime();  // hangs up, and removes the socket

  // Runs the io_context until it holds; false if it does not within 20 s.
  bool wait_until(const std::function<bool()>& condition);

  bool accepts();  // a plugin connects, in place of the previous one

  // As containerd does: takes the registration, configures, synchronizes. False if the plugin does
  // not do its part.
  bool welcomes(const std::vector<RuntimeSandbox>& sandboxes = {});

  void says(std::string_view bytes);
  void says_without_reading(std::string bytes);  // as the plugin takes them; nothing is heard then
  std::uint32_t calls(const RuntimeCall& call);  // the number of the call
  std::optional<PluginFrame> hears();            // the next frame; nothing if none comes
  std::optional<PluginFrame> hears_at_once();    // without waiting

  void hangs_up();
  void stops_listening();  // the file stays
  bool is_hung_up_on();    // by the plugin, now or soon

 private:
  void read();

  boost::asio::io_context& io_;
  const std::string path_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::local::stream_protocol::socket peer_;
  std::array<char, 4096> input_{};
  std::string received_;
  std::string output_;
  bool is_hung_up_on_ = false;
  std::uint32_t next_call_ = 1;
};

}  // namespace portcullis::test
