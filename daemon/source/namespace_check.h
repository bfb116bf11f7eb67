#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "k8s-client/watch/api_client.h"

namespace portcullis {

// Every API server has namespaces: those of the cluster itself cannot be deleted. A server that
// lists none is the wrong one or has lost its data, so its removals must not be believed. This
// requests one namespace until the server has answered with some. All calls are on the io_context's
// thread.
class NamespaceCheck {
 public:
  // Called with each answer, until the first that has namespaces.
  using Sink = std::function<void(bool has_namespaces)>;

  NamespaceCheck(boost::asio::io_context& io, k8s::ApiClient& client, Sink sink)
      : client_(client), sink_(std::move(sink)), timer_(io) {}
  NamespaceCheck(const NamespaceCheck&) = delete;
  NamespaceCheck& operator=(const NamespaceCheck&) = delete;

  void ask();
  bool is_asking() const { return asking_; }

 private:
  void ask_later();

  k8s::ApiClient& client_;
  const Sink sink_;
  boost::asio::steady_timer timer_;
  k8s::ApiClient::Request request_;
  bool asking_ = false;
};

}  // namespace portcullis
