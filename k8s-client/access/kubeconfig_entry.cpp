#include "k8s-client/access/kubeconfig_entry.h"

#include "compiler/base/escape.h"
#include "k8s-client/access/base64.h"
#include "k8s-client/access/exec_credential.h"
#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

// As kubectl completes a server without a scheme: TLS if there is anything for it.
std::string with_scheme(const std::string& server, const ClusterAccess& access) {
  if (server.find("://") != std::string::npos) return server;
  return (access.ca.empty() ? "http://" : "https://") + server;
}

void read_server(const Field& cluster, ClusterAccess& access) {
  const Field field = cluster["server"];
  const auto text = read_text(cluster, "server");
  if (text.empty()) {
    if (field.report().clean()) field.defect("is missing; give the URL of the API server");
    return;
  }
  access.server = with_scheme(text, access);
  while (access.server.ends_with('/')) access.server.pop_back();
  const auto url = parse_url(access.server);
  if (!url || (url->scheme != "https" && url->scheme != "http")) {
    field.defect("is " + in_quotes(text) + ", which is not an https:// or http:// URL");
  } else if (url->has_query || !url->user.empty()) {
    field.defect("has a query, a fragment or a user; only a host, a port and a path may be there");
  } else if (url->scheme == "http" && !is_loopback(*url)) {
    field.defect("is " + in_quotes(text) +
                 ", which is not encrypted: anyone on the way could change the policies; use "
                 "https:// and give certificate-authority (http:// is for this host only)");
  }
}

void read_proxy(const Field& cluster, ClusterAccess& access) {
  access.proxy = read_text(cluster, "proxy-url");
  if (access.proxy.empty()) return;
  const auto url = parse_url(access.proxy);
  if (url && (url->scheme == "http" || url->scheme == "https" || url->scheme == "socks5")) return;
  cluster["proxy-url"].defect("is not an http://, https:// or socks5:// URL");
}

// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
void read_exec_config(const Field& cluster, ClusterAccess& access) {
  const Field extensions = cluster["extensions"];
  extensions.each_item([&](const Field& entry) {
    const Field extension = entry["extension"];
    if (read_text(entry, "name") != "client.authentication.k8s.io/exec") return;
    if (!extension.missing()) access.exec_config = json_text(*extension.value());
  });
}

}  // namespace

std::string read_path(const Field& section, std::string_view key,
                      const std::filesystem::path& directory) {
  const auto path = read_text(section, key);
  return path.empty() ? path : (directory / path).lexically_normal().string();
}

Secret read_pem(const Field& section, const std::string& key,
                const std::filesystem::path& directory) {
  Secret secret;
  const auto data_key = key + "-data";
  const Field data = section[data_key];
  const auto* text = data.string();
  if (text == nullptr || text->empty()) {
    secret.file = read_path(section, key, directory);
    return secret;
  }
  auto bytes = decode_base64(*text);
  if (!bytes) data.defect("is not base64");
  secret.value = bytes.value_or("");
  return secret;
}

void read_cluster(const Field& cluster, const std::filesystem::path& directory,
                  ClusterAccess& access) {
  access.ca = read_pem(cluster, "certificate-authority", directory);
  access.tls_server_name = read_text(cluster, "tls-server-name");
  read_server(cluster, access);
  read_proxy(cluster, access);
  read_exec_config(cluster, access);
  const Field insecure = cluster["insecure-skip-tls-verify"];
  if (insecure.boolean().value_or(false)) {
    insecure.defect(
        "is true, but the server is always verified; remove it and give certificate-authority, "
        "and tls-server-name if the certificate is for another name");
  }
}

}  // namespace portcullis::k8s
