#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/exec_credential.h"

namespace portcullis::k8s {

// Our identity towards the server, for one request or one connection.
struct Identity {
  std::string authorization;       // the value of the header's field; empty: none
  std::string client_certificate;  // PEM; empty: none
  std::string client_key;          // PEM
};

// The current identity of an access. Files are read at each call, so their rotation is followed. A
// plugin runs if there is no credential yet, it expires soon, or it was rejected; never if the user
// has other credentials. As in kubectl, a server without TLS receives none.
//
// Thread safe. get() blocks on files, and up to the limit on the plugin or another thread that runs
// it, so it is not for the event loop.
class Credentials {
 public:
  static constexpr std::chrono::seconds kExecLimit{20};  // less than a kubelet waits for our end

  explicit Credentials(ClusterAccess access, std::chrono::milliseconds exec_limit = kExecLimit);

  // Errors begin with the access's origin. Once the request is cancelled, no plugin is run for it.
  [[nodiscard]] Result<Identity> get(const std::atomic<bool>& cancelled = kNeeded);

  // The server rejected (401) what get() returned: forgets the credential. Never blocks.
  void reject() { rejected_ = true; }

 private:
  Result<Identity> read() const;
  static constexpr std::atomic<bool> kNeeded{false};

  Result<Identity> from_plugin(const std::atomic<bool>& cancelled);
  Result<ExecCredential> run_plugin() const;

  const ClusterAccess access_;
  const std::chrono::milliseconds exec_limit_;
  std::atomic<bool> rejected_ = false;
  std::mutex mutex_;  // guards the following; held while the plugin runs, so that it runs once
  std::optional<ExecCredential> credential_;
};

}  // namespace portcullis::k8s
