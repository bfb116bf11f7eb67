#include "daemon/enforce/table_monitor.h"

#include <utility>

namespace portcullis {

TableMonitor::TableMonitor(boost::asio::io_context& io, int descriptor, std::function<void()> heard)
    : descriptor_(io, descriptor), heard_(std::move(heard)) {
  wait();
}

TableMonitor::~TableMonitor() { descriptor_.release(); }

void TableMonitor::wait() {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;
                           heard_();
                           wait();
                         });
}

}  // namespace portcullis
