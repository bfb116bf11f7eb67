#include "tests/support/api_server/output.h"

#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <utility>

namespace portcullis::test::api {
namespace {

using Error = boost::system::error_code;

constexpr std::size_t kFloodChunk = 1U << 16;

std::string chunk_head(std::size_t size) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%zx\r\n", size);
  return text.data();
}

}  // namespace

std::string half_a_chunk(const std::string& bytes) {
  return chunk_head(bytes.size()) + bytes.substr(0, bytes.size() / 2);
}

Output::Output(boost::asio::io_context& io, std::shared_ptr<Transport> transport, std::size_t& sent)
    : transport_(std::move(transport)), sent_(sent), pause_(io) {}

void Output::send(std::string bytes) {
  if (ended_ || bytes.empty()) return;
  queue_.push_back(std::move(bytes));
  write();
}

void Output::send_chunk(const std::string& bytes) {
  send(chunk_head(bytes.size()) + bytes + "\r\n");
}

void Output::then(std::function<void()> next) {
  next_ = std::move(next);
  write();
}

void Output::end(fault::Ending ending) {
  if (ended_) return;
  ended_ = true;
  ending_ = ending;
  write();
}

void Output::drip(std::chrono::microseconds pause) { drip_ = pause; }

void Output::flood() {
  flooding_ = true;
  write();
}

void Output::close(fault::Ending ending) {
  ended_ = true;
  closed_ = true;
  flooding_ = false;
  next_ = nullptr;
  if (ending == fault::Ending::kHang) return;
  auto& socket = transport_->socket();
  Error ignored;
  if (ending == fault::Ending::kReset) {
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  } else {
    socket.shutdown(boost::asio::socket_base::shutdown_both, ignored);
  }
  socket.close(ignored);
}

void Output::write() {
  if (writing_ || closed_) return;
  if (queue_.empty() && flooding_) {
    queue_.push_back(chunk_head(kFloodChunk) + std::string(kFloodChunk, 'x') + "\r\n");
  }
  if (queue_.empty()) return drained();
  writing_ = true;
  const std::string& first = queue_.front();
  const std::size_t size = drip_.count() > 0 ? 1 : first.size() - at_;
  transport_->write(boost::asio::buffer(first.data() + at_, size),
                    [self = shared_from_this(), size](bool ok) {
                      self->writing_ = false;
                      if (ok) return self->written(size);
                      self->close(fault::Ending::kClose);
                    });
}

void Output::written(std::size_t size) {
  if (closed_) return;
  sent_ += size;
  at_ += size;
  if (at_ == queue_.front().size()) {
    queue_.pop_front();
    at_ = 0;
  }
  if (drip_.count() > 0) return pause_then_write();
  write();
}

void Output::pause_then_write() {
  writing_ = true;
  pause_.expires_after(drip_);
  pause_.async_wait([self = shared_from_this()](const Error& error) {
    self->writing_ = false;
    if (!error) self->write();
  });
}

void Output::drained() {
  if (ending_) return close(*ending_);
  if (next_) std::exchange(next_, nullptr)();
}

}  // namespace portcullis::test::api
