#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/source/directory_source.h"
#include "tests/unit/daemon/files/temporary_directory.h"

namespace portcullis {

using Objects = std::set<std::string>;  // "default/web" a pod, "policy default/p malformed"

// A DirectorySource with its io_context, and the sum of its updates.
class FollowedDirectory {
 public:
  explicit FollowedDirectory(const std::filesystem::path& directory,
                             DirectorySettings settings = {.allow_empty = true})
      : source_(
            io_, directory, [this](Update update) { take(std::move(update)); },
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
    for (const auto& [key, pod] : pods_) result.insert(key + (pod->malformed ? " malformed" : ""));
    for (const auto& [key, policy] : policies_) {
      result.insert("policy " + key + (policy->malformed ? " malformed" : ""));
    }
    return result;
  }

  int update_count() const { return update_count_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const Update& last() const { return last_; }  // without its events and problems

  // Every policy event so far: "+policy default/a", or "-policy default/a" if it was removed.
  const std::vector<std::string>& told() const { return told_; }
  bool was_told(const std::string& event) const {
    return std::find(told_.begin(), told_.end(), event) != told_.end();
  }

  std::string selector_of(const std::string& policy) const {
    const auto found = policies_.find(policy);
    return found == policies_.end() ? "none" : to_string(found->second->pod_selector);
  }
  std::string origin_of(const std::string& policy) const {
    const auto found = policies_.find(policy);
    return found == policies_.end() ? "none" : found->second->origin;
  }

  // Whether any reported state had an ingress rule that allows every address.
  bool ever_allowed_everyone() const { return ever_allowed_everyone_; }

 private:
  void take(Update update) {
    ++update_count_;
    for (const auto& event : update.events) {
      if (const auto* pod = std::get_if<PodEvent>(&event))
        set(pods_, to_string(pod->key), pod->pod);
      if (const auto* policy = std::get_if<PolicyEvent>(&event)) take_policy(*policy);
    }
    problems_.clear();
    for (const auto& problem : update.problems) problems_.push_back(to_string(problem));
    last_ = std::move(update);
    last_.events.clear();
  }

  void take_policy(const PolicyEvent& event) {
    told_.push_back((event.policy ? "+policy " : "-policy ") + to_string(event.key));
    set(policies_, to_string(event.key), event.policy);
    if (!event.policy) return;
    for (const auto& rule : event.policy->ingress) ever_allowed_everyone_ |= rule.peers.empty();
  }

  template <class T>
  static void set(std::map<std::string, std::shared_ptr<const T>>& objects, const std::string& key,
                  const std::shared_ptr<const T>& object) {
    objects.erase(key);
    if (object) objects.emplace(key, object);
  }

  boost::asio::io_context io_;
  std::map<std::string, std::shared_ptr<const Pod>> pods_;
  std::map<std::string, std::shared_ptr<const NetworkPolicy>> policies_;
  std::vector<std::string> problems_;
  std::vector<std::string> told_;
  Update last_{.events = {}, .problems = {}};
  int update_count_ = 0;
  bool ever_allowed_everyone_ = false;
  DirectorySource source_;
};

}  // namespace portcullis
