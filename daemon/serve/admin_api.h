#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/explain/explanation.h"
#include "compiler/matrix/matrix.h"
#include "daemon/enforce/reconciler.h"
#include "daemon/options/options.h"
#include "daemon/serve/admin_server.h"
#include "daemon/serve/admin_target.h"
#include "daemon/serve/status.h"

namespace portcullis {

// The request targets that the daemon serves.
std::string ruleset_target(Format format);  // "/v1/ruleset?format=nft"
std::string explain_target(const std::string& from, const std::string& to, Unknown unknown,
                           Format format);
std::string matrix_target(const MatrixWords& words, Listing listing, Format format);
std::string names_target(const std::string& topic);  // "pods", "namespaces"
inline constexpr const char* kDiffTarget = "/v1/diff";

// Answers requests on the daemon's socket: the desired ruleset printed; the operations that turn
// the kernel's table into it, none if they are equal; explanations, the matrix and the names of the
// cluster as the daemon knows it, with remarks on their reliability. 400 for an invalid request,
// 404 for what does not exist, 503 with the reason while there is no answer. Called on the
// io_context's thread, and responds there; a matrix takes long, so it is computed on a separate
// thread, on a copy, one at a time. All constructor arguments must outlive it.
class AdminApi {
 public:
  AdminApi(boost::asio::io_context& io, Reconciler& reconciler, const ClusterState& cluster,
           const Status& status);
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;
  ~AdminApi() { stopping_ = true; }

  void answer(const std::string& target, AdminServer::Respond respond);

 private:
  void answer_difference(int attempts, AdminServer::Respond respond);
  void answer_matrix(const AdminTarget& target, AdminServer::Respond respond);

  boost::asio::io_context& io_;
  Reconciler& reconciler_;
  const ClusterState& cluster_;
  const Status& status_;
  std::atomic<bool> stopping_ = false;
  bool busy_ = false;  // with a matrix
  boost::asio::thread_pool worker_{1};
};

}  // namespace portcullis
