#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace portcullis {

// Calls `ready` on the io_context's thread whenever the descriptor is readable. It remains its
// owner's, and open as long as this object exists.
class DescriptorWatch {
 public:
  DescriptorWatch(boost::asio::io_context& io, int descriptor, std::function<void()> ready);
  DescriptorWatch(const DescriptorWatch&) = delete;
  DescriptorWatch& operator=(const DescriptorWatch&) = delete;
  ~DescriptorWatch();

 private:
  void wait();

  boost::asio::posix::stream_descriptor descriptor_;
  const std::function<void()> ready_;
};

}  // namespace portcullis
