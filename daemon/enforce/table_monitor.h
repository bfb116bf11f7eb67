#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace portcullis {

// Calls `heard` on the io_context's thread whenever the kernel has reported a foreign commit, until
// it has been read (nl::KernelTable::foreign_commits()).
class TableMonitor {
 public:
  // `descriptor` is from nl::KernelTable::listen(), which keeps owning it.
  TableMonitor(boost::asio::io_context& io, int descriptor, std::function<void()> heard);
  TableMonitor(const TableMonitor&) = delete;
  TableMonitor& operator=(const TableMonitor&) = delete;
  ~TableMonitor();

 private:
  void wait();

  boost::asio::posix::stream_descriptor descriptor_;
  const std::function<void()> heard_;
};

}  // namespace portcullis
