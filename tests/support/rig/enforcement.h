#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/engine/incremental_compiler.h"
#include "daemon/enforce/reconciler.h"
#include "daemon/netlink/routes/port_table.h"
#include "tests/support/rig/playground.h"

namespace portcullis::test {

// The daemon's main job in this process, on every node of a playground:
//
//     manifests -> Update -> IncrementalCompiler -> Delta -> Reconciler
//                                  ^ addresses in quarantine that the node has no longer
//                                  ^ interfaces of its pods, unless it believes their sources
//
// The playground must outlive it. The rules stay when it is destroyed, as a daemon's do.
class Enforcement {
 public:
  // `binds`: as of --anti-spoofing strict.
  [[nodiscard]] static Result<Enforcement> start(const Playground& playground, bool binds,
                                                 const BindingOptions& options = {});

  // Makes every node enforce exactly these manifests (YAML texts), one node after another. Returns
  // the manifests' problems as the daemon would log them; invalid objects fail closed. Objects left
  // behind by the change are removed in a later call.
  [[nodiscard]] Result<std::vector<std::string>> apply(const std::vector<std::string>& manifests);

  // The enforced state: the objects of the last apply(), and every node's quarantine.
  ClusterState cluster() const;

 private:
  struct Node {
    const Endpoint* endpoint;
    std::unique_ptr<boost::asio::io_context> io;
    std::unique_ptr<std::optional<Error>> error;  // of the reconciler's last attempt
    std::unique_ptr<IncrementalCompiler> compiler;
    std::unique_ptr<Reconciler> reconciler;
    std::optional<nl::PortTable> ports;  // none: sources are believed
  };

  Enforcement() = default;
  static Result<void> bring(Node& node, Delta delta);
  static Result<void> release_gone(Node& node);
  static Result<void> bind_ports(Node& node);

  std::vector<Node> nodes_;
};

}  // namespace portcullis::test
