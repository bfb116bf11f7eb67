#include <future>
#include <thread>

#include "tests/support/sanitized.h"
#include "tests/unit/daemon/source/api_source/follower.h"

// A consumer that reads nothing slows the server down, and is not flooded.
namespace portcullis::test {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;
constexpr std::size_t kEvents = kSanitized ? 64 : 160;

nlohmann::json big_pod(std::size_t edit, std::size_t bytes) {
  auto big = pod("big", "10.4.0." + std::to_string(edit));
  big["metadata"]["annotations"] = {{"big", std::string(bytes, 'x')}};
  return big;
}

class ApiSourcePressure : public FollowedServer {
 protected:
  void start(k8s::ReflectorTiming timing) {
    follow(timing);
    ASSERT_TRUE(follows());
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
  }

  // While the source's thread does nothing.
  void blocked(const std::function<void()>& work) {
    std::promise<void> release;
    std::thread blocker(
        [&, released = release.get_future().share()] { follower_->run([&] { released.wait(); }); });
    work();
    release.set_value();
    blocker.join();
  }

  bool sending_stops() const {
    std::size_t before = 0;
    int still = 0;
    return wait_until([&] {
      const auto now = server_.bytes_sent();
      still = now == std::exchange(before, now) ? still + 1 : 0;
      return still == 60;
    });
  }
};

// The server can send what fits the socket buffers.
TEST_F(ApiSourcePressure, ReachesTheServer) {
  start(short_waits());
  blocked([&] {
    const auto before = server_.bytes_sent();
    for (std::size_t edit = 0; edit < kEvents; ++edit) server_.put(big_pod(edit, kMegabyte));
    EXPECT_TRUE(sending_stops());
    EXPECT_GT(server_.bytes_sent(), before);
    EXPECT_LT(server_.bytes_sent() - before, kEvents * kMegabyte / 2);
  });
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

// Not reading is not silence of the server. The pods are small enough for a test server to write
// well within the limit, also under TSan.
TEST_F(ApiSourcePressure, ForLongerThanTheIdleLimitIsOvercome) {
  start(short_limits());
  blocked([&] {
    for (std::size_t edit = 0; edit < 24; ++edit) server_.put(big_pod(edit, kMegabyte / 64));
    const auto past = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
    EXPECT_TRUE(wait_until([&] { return std::chrono::steady_clock::now() > past; }));
  });
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

}  // namespace
}  // namespace portcullis::test
