#include "daemon/http/kept_open.h"

#include <utility>

namespace portcullis {

KeptOpen::KeptOpen(boost::asio::io_context& io, Service service, Sink sink,
                   std::chrono::milliseconds pause)
    : service_(std::move(service)), sink_(std::move(sink)), pause_(pause), timer_(io) {
  look();
}

void KeptOpen::look() {
  if (!is_open_ || !service_.is_open()) {
    const auto opened = service_.open();
    is_open_ = opened.has_value();
    const std::string trouble = opened ? "" : opened.error().message;
    if (std::exchange(trouble_, trouble) != trouble) sink_(service_.what, trouble);
  }
  timer_.expires_after(pause_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

}  // namespace portcullis
