#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "daemon/source/api_source.h"
#include "tests/support/api_server/server.h"
#include "tests/support/process/loop_thread.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {

// Short waits between attempts, and limits that tests only reach on purpose.
k8s::ReflectorTiming short_waits();

// One second of silence is too long, for lists and for watches.
k8s::ReflectorTiming short_limits();

k8s::ClusterAccess access_to(const api::Server& server);

// The objects of a source that has read everything.
ClusterState decoded(const api::Server& server);
bool same(const ClusterState& left, const ClusterState& right);

// Follows a server with an ApiSource on a separate thread, and records its updates.
class Follower {
 public:
  // `watch` sees every update, on the source's thread.
  explicit Follower(const k8s::ClusterAccess& access, k8s::ReflectorTiming timing = short_waits(),
                    std::function<void(const Report&)> watch = {},
                    k8s::Resolve resolve = k8s::resolve);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  bool synced() const;
  bool synced(const std::string& what) const;  // that alone
  ClusterState state() const;
  std::vector<std::string> removed() const;            // pods that were, in order: "default/web"
  std::vector<std::string> problems() const;           // that stand
  std::string trouble(const std::string& what) const;  // that stands
  std::vector<std::string> troubles() const;           // all that ever stood, once each

  void run(const std::function<void()>& work);  // on the source's thread, waited for

 private:
  void take(const Report& report);

  boost::asio::io_context io_;
  std::unique_ptr<ApiSource> source_;
  const std::function<void(const Report&)> watch_;

  mutable std::mutex mutex_;  // of what follows
  bool synced_ = false;
  ClusterState state_;
  std::vector<std::string> removed_;
  std::vector<std::string> problems_;
  std::vector<std::string> troubles_;
  std::vector<Following> followed_;

  std::optional<LoopThread> thread_;
};

nlohmann::json pod(const std::string& name, const std::string& address = "10.0.0.1");

// A server with a namespace and two pods, followed.
class FollowedServer : public testing::Test {
 protected:
  explicit FollowedServer(api::Setup setup = {});

  void follow(k8s::ReflectorTiming timing = short_waits());
  bool catches_up() const;             // with the server's objects, at last
  testing::AssertionResult follows();  // does so, and then once more after an edit of each resource
  testing::AssertionResult fails(const std::string& when) const;  // with what was asked last

  // The requests for a resource: "list", "watch 7"; without those for /version.
  std::vector<std::string> asked(api::Resource resource) const;
  std::size_t lists() const;  // pages of pods, without what only asks for the version
  std::size_t watches() const;
  bool watches_all() const;  // now

  api::Server server_;
  std::unique_ptr<Follower> follower_;
  int edits_ = 0;
};

}  // namespace portcullis::test
