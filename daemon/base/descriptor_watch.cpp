#include "daemon/base/descriptor_watch.h"

#include <utility>

namespace portcullis {

DescriptorWatch::DescriptorWatch(boost::asio::io_context& io, int descriptor,
                                 std::function<void()> ready)
    : descriptor_(io, descriptor), ready_(std::move(ready)) {
  wait();
}

DescriptorWatch::~DescriptorWatch() { descriptor_.release(); }

void DescriptorWatch::wait() {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;
                           ready_();
                           wait();
                         });
}

}  // namespace portcullis
