#include "daemon/enforce/port_watch.h"

#include <algorithm>
#include <utility>

namespace portcullis {
namespace {

constexpr std::chrono::milliseconds kFirstLook{2};
constexpr std::chrono::milliseconds kLastLook{5'000};
constexpr std::chrono::milliseconds kReopenAfter{1'000};

}  // namespace

PortWatch::PortWatch(boost::asio::io_context& io, Changed changed, Trouble trouble)
    : io_(io), changed_(std::move(changed)), trouble_(std::move(trouble)), timer_(io) {}

PortWatch::~PortWatch() {
  if (descriptor_) descriptor_->release();
}

void PortWatch::start() {
  auto opened = nl::PortTable::open();
  if (!opened) return fail(opened.error());
  table_.emplace(std::move(*opened));
  descriptor_.emplace(io_, table_->fd());
  wait();
  read();
}

void PortWatch::look() {
  if (!table_) return;
  if (!table_->hears_of_addresses()) table_->doubt_addresses();
  read();
}

void PortWatch::wait() {
  descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                            if (error) return;
                            delay_ = {};
                            read();
                            wait();
                          });
}

void PortWatch::read() {
  const auto done = table_->read();
  if (!done) return fail(done.error());
  if (!std::exchange(error_, {}).empty()) trouble_("");
  auto ports = table_->ports();
  if (told_ != ports) {
    told_ = ports;
    changed_(std::move(ports));
  }
  if (table_->hears_of_addresses()) return;
  delay_ = std::clamp(delay_ * 2, kFirstLook, kLastLook);
  look_after(delay_);
}

void PortWatch::fail(const Error& error) {
  if (std::exchange(error_, error.message) != error.message) trouble_(error.message);
  look_after(kReopenAfter);
}

void PortWatch::look_after(std::chrono::milliseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (!table_) return start();
    table_->doubt_addresses();
    read();
  });
}

}  // namespace portcullis
