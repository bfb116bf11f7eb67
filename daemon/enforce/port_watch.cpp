#include "daemon/enforce/port_watch.h"

#include <algorithm>
#include <utility>

namespace portcullis {

PortWatch::PortWatch(boost::asio::io_context& io, nl::AddressSample::IsClaimed is_claimed,
                     Changed changed, Trouble trouble)
    : io_(io),
      is_claimed_(std::move(is_claimed)),
      changed_(std::move(changed)),
      trouble_(std::move(trouble)),
      timer_(io) {}

PortWatch::~PortWatch() {
  if (descriptor_) descriptor_->release();
}

void PortWatch::start() {
  auto opened = nl::PortTable::open(is_claimed_);
  if (!opened) {
    note(tl::unexpected(opened.error()));
    return look_later();
  }
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

Result<std::vector<Address>> PortWatch::addresses_in(const std::string& namespace_file) {
  if (table_) return table_->addresses_in(namespace_file);
  return failure(ErrorCode::kUnsupported, "the interfaces of this node are not known");
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
  note(table_->read());
  auto ports = table_->ports();
  if (told_ != ports) {
    told_ = ports;
    changed_(std::move(ports));
  }
  if (!table_->hears_of_addresses() || table_->wants_more()) look_later();
}

void PortWatch::note(const Result<void>& done) {
  const auto now = std::chrono::steady_clock::now();
  if (done) {
    failing_since_.reset();
    return tell("", now);
  }
  if (!failing_since_) failing_since_ = now;
  const bool may_pass =
      done.error().code == ErrorCode::kInterrupted && now - *failing_since_ < kPatience;
  if (!may_pass) tell(done.error().message, now);
}

void PortWatch::tell(const std::string& trouble, Time now) {
  if (trouble == told_trouble_ || (!trouble.empty() && now < quiet_until_)) return;
  if (!trouble.empty()) quiet_until_ = now + kQuiet;
  told_trouble_ = trouble;
  trouble_(trouble);
}

void PortWatch::look_later() {
  delay_ = std::clamp(delay_ * 2, kFirstLook, kLastLook);
  timer_.expires_after(delay_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    table_ ? look() : start();
  });
}

}  // namespace portcullis
