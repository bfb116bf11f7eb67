#include "daemon/enforce/port_watch.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <boost/asio/io_context.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/netns/capabilities.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

// A node and a pod. Without capabilities the node's interfaces can be read, and the pod's addresses
// cannot.
class Watch : public testing::Test {
 protected:
  void SetUp() override {
    for (auto* place : {&node_, &pod_}) {
      auto made = NetworkNamespace::create();
      if (!made) GTEST_SKIP() << made.error().message;
      place->emplace(std::move(*made));
    }
    ip(*node_, "link add veth1 type veth peer name eth0 netns " + pod_->path());
    ip(*pod_, "link set eth0 up\naddress add 10.0.0.1/24 dev eth0");
    watch_.emplace(
        io_, nl::AddressSample::IsClaimed(), [this](PodPorts ports) { ports_ = std::move(ports); },
        [this](const std::string& trouble) { troubles_.push_back(trouble); });
  }

  static void ip(const NetworkNamespace& where, const std::string& commands) {
    const auto done = run_to_end(ChildSetup{{"ip", "-batch", "-"}, {}, &where, commands + "\n"});
    ASSERT_EQ(done.code, 0) << commands << ": " << done.err;
  }

  template <class Function>
  void with(std::initializer_list<int> capabilities, Function function) {
    node_->run([&] {
      ASSERT_TRUE(keep_capabilities(capabilities));
      function();
    });
  }

  void turn(int times) {
    for (int i = 0; i < times; ++i) {
      io_.restart();
      io_.run_one();
    }
  }

  std::string seen() const {
    std::string text;
    for (const auto& port : ports_) {
      text += port.interface;
      for (const auto& address : port.addresses) text += ' ' + to_string(address);
    }
    return text;
  }

  boost::asio::io_context io_;
  std::optional<NetworkNamespace> node_;
  std::optional<NetworkNamespace> pod_;
  PodPorts ports_;
  std::vector<std::string> troubles_;
  std::optional<PortWatch> watch_;
};

TEST_F(Watch, SaysOnceWhatItCannotReadAndGoesOnTrying) {
  with({CAP_NET_ADMIN}, [&] { watch_->start(); });
  EXPECT_EQ(seen(), "veth1 10.0.0.1");
  ip(*pod_, "address add 10.0.0.2/24 dev eth0");
  with({}, [&] {
    watch_->look();
    turn(6);
  });
  EXPECT_EQ(seen(), "veth1 10.0.0.1") << "as it was";
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_NE(troubles_.front().find("cannot read the addresses behind veth1: "), std::string::npos)
      << troubles_.front();
  with({CAP_NET_ADMIN}, [&] {
    EXPECT_TRUE(wait_until([&] {
      turn(1);
      return seen() == "veth1 10.0.0.1 10.0.0.2";
    }));
  });
  ASSERT_EQ(troubles_.size(), 2U);
  EXPECT_EQ(troubles_.back(), "");
}

TEST_F(Watch, DoesNotRepeatItselfWhereTroubleComesAndGoes) {
  with({CAP_NET_ADMIN}, [&] { watch_->start(); });
  EXPECT_EQ(seen(), "veth1 10.0.0.1");
  for (int i = 0; i < 3; ++i) {
    with({}, [&] { watch_->look(); });
    EXPECT_EQ(seen(), "veth1 10.0.0.1") << "as it was";
    EXPECT_TRUE(wait_until([&] {
      with({CAP_NET_ADMIN}, [&] { watch_->look(); });
      return troubles_.back().empty();
    }));
  }
  EXPECT_EQ(troubles_.size(), 2U) << "within a minute";
}

}  // namespace
}  // namespace portcullis::test
