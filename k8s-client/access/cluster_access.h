#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/result.h"

namespace portcullis::k8s {

// A text by value, or by a file that is read whenever it is needed, so that its rotation is
// followed. Both empty: none.
struct Secret {
  std::string value;
  std::string file;  // absolute; takes precedence while it can be read

  bool empty() const { return value.empty() && file.empty(); }
};

// A program that prints an ExecCredential (client.authentication.k8s.io).
struct ExecPlugin {
  std::string command;  // a path, or a name in $PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string api_version;
  std::string install_hint;  // for the message if it is missing
  bool wants_cluster_info = false;
};

// How to reach the API server, and with which identity: a value, from a kubeconfig or a pod's
// service account. Needs no network access.
struct ClusterAccess {
  std::string server;           // "https://10.0.0.1:6443/prefix", without a slash at its end
  std::string tls_server_name;  // expected in the server's certificate; empty: the host of `server`
  Secret ca;                    // PEM; none: the system's
  std::string proxy;            // URL; empty: none
  Secret client_certificate;    // PEM
  Secret client_key;            // PEM
  Secret token;
  std::string username;  // with a password: basic authentication
  std::string password;
  std::optional<ExecPlugin> exec;
  std::string exec_config;  // the cluster entry's JSON for the plugin; empty: none
  std::vector<std::pair<std::string, std::string>> impersonation;  // fields of the HTTP header
  std::string origin;  // where this was read, for messages: "kubeconfig /etc/k.conf, context a"
};

using Environment = std::map<std::string, std::string>;

}  // namespace portcullis::k8s
