#include "tests/support/nri/fake_runtime.h"

#include <unistd.h>

#include <boost/asio/write.hpp>
#include <utility>

namespace portcullis::test {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

FakeRuntime::FakeRuntime(asio::io_context& io, std::string path)
    : io_(io), path_(std::move(path)), acceptor_(io), peer_(io) {
  ::unlink(path_.c_str());
  acceptor_ = Protocol::acceptor(io, Protocol::endpoint(path_));
}

FakeRuntime::~FakeRuntime() {
  hangs_up();
  ::unlink(path_.c_str());
  acceptor_.close();
  io_.poll();  // their completions refer to this
}

bool FakeRuntime::wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  io_.restart();
  while (!condition() && std::chrono::steady_clock::now() < end) {
    io_.run_one_for(std::chrono::milliseconds(10));
    io_.restart();
  }
  return condition();
}

bool FakeRuntime::accepts() {
  hangs_up();
  bool accepted = false;
  acceptor_.async_accept(peer_, [&](const boost::system::error_code& error) { accepted = !error; });
  if (!wait_until([&] { return accepted; })) {
    acceptor_.close();
    io_.poll();
    return false;
  }
  received_.clear();
  is_hung_up_on_ = false;
  next_call_ = 1;
  read();
  return true;
}

bool FakeRuntime::welcomes(const std::vector<RuntimeSandbox>& sandboxes) {
  if (!accepts() || !hears()) return false;
  says(response(1));
  calls({"Configure", configure_message("fake", "v1")});
  if (!hears()) return false;
  calls({"Synchronize", synchronize_message(sandboxes)});
  return hears().has_value();
}

void FakeRuntime::says(std::string_view bytes) {
  boost::system::error_code ignored;
  asio::write(peer_, asio::buffer(bytes.data(), bytes.size()), ignored);
}

void FakeRuntime::says_without_reading(std::string bytes) {
  peer_.cancel();
  output_ = std::move(bytes);
  asio::async_write(peer_, asio::buffer(output_),
                    [](const boost::system::error_code&, std::size_t) {});
}

std::uint32_t FakeRuntime::calls(const RuntimeCall& call) {
  const auto number = std::exchange(next_call_, next_call_ + 2);
  says(request(number, call));
  return number;
}

std::optional<PluginFrame> FakeRuntime::hears() {
  PluginFrame frame;
  bool heard = false;
  wait_until([&] { return heard = heard || take_frame(received_, frame); });
  return heard ? std::optional(frame) : std::nullopt;
}

std::optional<PluginFrame> FakeRuntime::hears_at_once() {
  io_.restart();
  io_.poll();
  PluginFrame frame;
  if (take_frame(received_, frame)) return frame;
  return std::nullopt;
}

void FakeRuntime::hangs_up() {
  boost::system::error_code ignored;
  peer_.close(ignored);
}

void FakeRuntime::stops_listening() { acceptor_.close(); }

bool FakeRuntime::is_hung_up_on() {
  return wait_until([&] { return is_hung_up_on_; });
}

void FakeRuntime::read() {
  peer_.async_read_some(asio::buffer(input_),
                        [this](const boost::system::error_code& error, std::size_t size) {
                          if (error == asio::error::operation_aborted) return;
                          if (error) {
                            is_hung_up_on_ = true;
                            return;
                          }
                          received_.append(input_.data(), size);
                          read();
                        });
}

}  // namespace portcullis::test
