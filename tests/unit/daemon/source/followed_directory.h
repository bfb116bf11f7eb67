#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "daemon/source/directory_source.h"

namespace portcullis {

using Objects = std::set<std::string>;  // "default/web" a pod, "policy default/p malformed"

// A DirectorySource with its io_context, and the sum of its updates.
class FollowedDirectory {
 public:
  explicit FollowedDirectory(const std::filesystem::path& directory,
                             DirectorySettings settings = {.allow_empty = true})
      : source_(
            io_, directory, [this](Report report) { take(std::move(report)); },
            std::move(settings)) {
    const auto started = source_.start();
    EXPECT_TRUE(started) << started.error().message;
  }

  template <class Condition>
  bool wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      io_.run_one_for(std::chrono::milliseconds(100));
    }
    return condition();
  }

  testing::AssertionResult wait_for(const Objects& expected) {
    if (wait_until([&] { return update_count_ > 0 && objects() == expected; })) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "objects " << testing::PrintToString(objects())
                                       << ", problems " << testing::PrintToString(problems_);
  }

  bool wait_for_updates(int count) {
    return wait_until([&] { return update_count_ >= count; });
  }

  void run_for(std::chrono::milliseconds time) { io_.run_for(time); }

  Objects objects() const {
    Objects result;
    for (const auto& [key, pod] : state_.pods()) {
      result.insert(to_string(key) + (pod->malformed ? " malformed" : ""));
    }
    for (const auto& [key, policy] : state_.policies()) {
      result.insert("policy " + to_string(key) + (policy->malformed ? " malformed" : ""));
    }
    return result;
  }

  int update_count() const { return update_count_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const Report& last() const { return last_; }

  // Every change of a policy so far: "+policy default/a", or "-policy default/a" if it was removed.
  const std::vector<std::string>& told() const { return told_; }
  bool was_told(const std::string& event) const {
    return std::find(told_.begin(), told_.end(), event) != told_.end();
  }

  std::string selector_of(const std::string& policy) const {
    const auto* found = find(policy);
    return found == nullptr ? "none" : to_string(found->pod_selector);
  }
  std::string origin_of(const std::string& policy) const {
    const auto* found = find(policy);
    return found == nullptr ? "none" : found->origin;
  }

  // Whether any reported state had an ingress rule that allows every address.
  bool ever_allowed_everyone() const { return ever_allowed_everyone_; }

 private:
  void take(Report report) {
    ++update_count_;
    state_.apply(report.update, [this](const Change& change) {
      const auto* policy = std::get_if<ObjectChange<NetworkPolicy>>(&change);
      if (policy != nullptr) take_policy(*policy);
    });
    problems_.clear();
    for (const auto& problem : report.problems) problems_.push_back(to_string(problem));
    last_ = std::move(report);
  }

  void take_policy(const ObjectChange<NetworkPolicy>& change) {
    const auto& [before, after] = change;
    told_.push_back(after ? "+policy " + to_string(after->key)
                          : "-policy " + to_string(before->key));
    if (!after) return;
    for (const auto& rule : after->ingress) ever_allowed_everyone_ |= rule.peers.empty();
  }

  const NetworkPolicy* find(const std::string& name) const {
    for (const auto& [key, policy] : state_.policies()) {
      if (to_string(key) == name) return policy.get();
    }
    return nullptr;
  }

  boost::asio::io_context io_;
  ClusterState state_;
  std::vector<std::string> problems_;
  std::vector<std::string> told_;
  Report last_{.update = {}, .problems = {}};
  int update_count_ = 0;
  bool ever_allowed_everyone_ = false;
  DirectorySource source_;
};

}  // namespace portcullis
