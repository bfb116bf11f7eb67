#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

#include "k8s-client/watch/alarm.h"
#include "k8s-client/watch/api_client.h"
#include "k8s-client/watch/backoff.h"
#include "k8s-client/watch/bodies.h"

namespace portcullis {

// Every API server has namespaces: those of the cluster itself cannot be deleted. A server that
// lists none is the wrong one or has lost its data, so its removals must not be believed. This
// requests one namespace until the server has answered with some. All calls are on the io_context's
// thread.
class NamespaceCheck {
 public:
  // Called with the result of each request, until the first that has namespaces. An error: no
  // answer, or not a list of namespaces.
  using Sink = std::function<void(const Result<bool>& has_namespaces)>;

  // `limit` is for a whole answer.
  NamespaceCheck(boost::asio::io_context& io, k8s::ApiClient& client, k8s::Backoff::Limits backoff,
                 std::chrono::seconds limit, Sink sink)
      : client_(client), limit_(limit), sink_(std::move(sink)), backoff_(backoff), alarm_(io) {}
  NamespaceCheck(const NamespaceCheck&) = delete;
  NamespaceCheck& operator=(const NamespaceCheck&) = delete;

  void start();  // unless it is under way

 private:
  void ask();
  void take(const Result<k8s::ApiClient::Answer>& answer, k8s::PageBody& body);
  void tell(const Result<bool>& has_namespaces, std::chrono::seconds retry_after = {});

  k8s::ApiClient& client_;
  const std::chrono::seconds limit_;
  const Sink sink_;
  k8s::Backoff backoff_;
  k8s::Alarm alarm_;
  k8s::ApiClient::Request request_;
  bool under_way_ = false;
};

}  // namespace portcullis
