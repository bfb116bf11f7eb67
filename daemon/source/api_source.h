#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "daemon/source/source.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/endpoints.h"
#include "k8s-client/watch/reflector.h"

namespace portcullis {

// Follows the objects of an API server. Reports are synced once every kind has been listed; a kind
// that later cannot be followed keeps its last content and is reported as in trouble. A
// server without any namespace is not believed: at the start nothing is synced, later its removals
// are held back until it has namespaces again. Those of a kind that becomes empty are held back
// until it has shown namespaces.
class ApiSource : public Source {
 public:
  ApiSource(boost::asio::io_context& io, k8s::ClusterAccess access, k8s::Environment environment,
            k8s::ReflectorTiming timing, Sink sink, k8s::Resolve resolve = k8s::resolve);
  ~ApiSource() override;

  // Fails if the access cannot be used. Waits for a server that does not answer yet.
  [[nodiscard]] Result<void> start() override;

  bool is_remote() const override { return true; }

  std::string name() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis
