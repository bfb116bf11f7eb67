#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/document/document.h"

// A plugin's input and output
// (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/).
namespace portcullis::k8s {

struct ExecCredential {
  std::string token;
  std::string certificate;                 // PEM
  std::string key;                         // PEM
  std::optional<std::int64_t> expiration;  // seconds since the epoch; none: it does not expire
};

// The value of KUBERNETES_EXEC_INFO. `ca` is the text of access.ca; access.exec must be there.
std::string exec_info(const ClusterAccess& access, const std::string& ca);

// The credential that a plugin has printed, in the plugin's version of the API. Errors do not
// repeat it, since it is secret.
[[nodiscard]] Result<ExecCredential> parse_exec_credential(std::string_view text,
                                                           const std::string& api_version);

std::string json_text(const Document& document);

}  // namespace portcullis::k8s
