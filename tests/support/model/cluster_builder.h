#pragma once

#include <string_view>
#include <vector>

#include "compiler/cluster/cluster_state.h"

// Clusters for tests, in readable form:
//
//     cluster({ns("shop", "env=prod"),
//              pod("shop/web", "10.0.0.1").labels("app=web"),
//              policy("shop/web", "app=web").ingress(from({pods("app=api")}).tcp(80))})
//
// Keys are "namespace/name". Selectors are written as for kubectl's -l, without "in (...)":
// "app=web,tier!=db,new,!old"; "" selects everything. Aborts on invalid text.
namespace portcullis::test {

Address address(std::string_view text);
Cidr cidr(std::string_view text);
ObjectKey key(std::string_view text);
Labels labels(std::string_view text);
LabelSelector selector(std::string_view text);

// A running pod on node n1.
class PodBuilder {
 public:
  PodBuilder(std::string_view key, std::string_view addresses);

  PodBuilder& uid(std::string_view text);
  PodBuilder& labels(std::string_view text);
  PodBuilder& on(std::string_view node);
  PodBuilder& port(std::string_view name, std::uint16_t number, Protocol = Protocol::kTcp);
  PodBuilder& phase(PodPhase phase);
  PodBuilder& created_at(std::int64_t seconds);
  PodBuilder& from(std::string_view origin);
  PodBuilder& terminating();
  PodBuilder& host_network();
  PodBuilder& malformed();

  const Pod& value() const { return pod_; }
  operator Event() const;

 private:
  Pod pod_;
};

// One rule; every port until one is named.
class RuleBuilder {
 public:
  explicit RuleBuilder(std::vector<PolicyPeer> peers) : rule_{{}, std::move(peers)} {}

  RuleBuilder& tcp(std::uint16_t port) { return range(Protocol::kTcp, port, port); }
  RuleBuilder& udp(std::uint16_t port) { return range(Protocol::kUdp, port, port); }
  RuleBuilder& range(Protocol protocol, std::uint16_t first, std::uint16_t last);
  RuleBuilder& every_port(Protocol protocol);
  RuleBuilder& named(std::string_view name, Protocol protocol = Protocol::kTcp);

  operator PolicyRule() const { return rule_; }

 private:
  RuleBuilder& add_port(Protocol protocol, decltype(PolicyPort::port) port);

  PolicyRule rule_;
};

RuleBuilder from(std::vector<PolicyPeer> peers = {});
RuleBuilder to(std::vector<PolicyPeer> peers = {});

PolicyPeer pods(std::string_view selector);  // of the policy's namespace
PolicyPeer pods_in(std::string_view namespaces, std::string_view pods);
PolicyPeer block(std::string_view cidr, const std::vector<std::string_view>& except = {});

// Isolates each direction that is set, with or without rules.
class PolicyBuilder {
 public:
  PolicyBuilder(std::string_view key, std::string_view pod_selector);

  PolicyBuilder& ingress(std::vector<PolicyRule> rules);
  PolicyBuilder& egress(std::vector<PolicyRule> rules);
  PolicyBuilder& ingress() { return ingress(std::vector<PolicyRule>()); }
  PolicyBuilder& egress() { return egress(std::vector<PolicyRule>()); }
  PolicyBuilder& ingress(const PolicyRule& rule) { return ingress(std::vector{rule}); }
  PolicyBuilder& egress(const PolicyRule& rule) { return egress(std::vector{rule}); }
  PolicyBuilder& malformed();

  NetworkPolicy& value() { return policy_; }
  operator Event() const;

 private:
  NetworkPolicy policy_;
};

PodBuilder pod(std::string_view key, std::string_view addresses);  // "10.0.0.1 fd00::1"
PolicyBuilder policy(std::string_view key, std::string_view pod_selector = "");
Event ns(std::string_view name, std::string_view labels = "");

// The last event of a key counts, as in a ClusterState.
ClusterState cluster(const std::vector<Event>& events);

}  // namespace portcullis::test
