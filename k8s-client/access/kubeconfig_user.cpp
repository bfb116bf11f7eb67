#include <algorithm>
#include <cctype>

#include "compiler/base/escape.h"
#include "k8s-client/access/kubeconfig_entry.h"

namespace portcullis::k8s {
namespace {

// Valid in an HTTP header field (RFC 9110, section 5.5): no line breaks.
std::string read_header_value(const Field& field) {
  const auto* text = field.string();
  if (text == nullptr) return {};
  const bool control = std::any_of(text->begin(), text->end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control) field.defect("has a control character or a line break");
  return *text;
}

// Escapes a key of extra like Kubernetes' clients: %, and characters not allowed in field names.
std::string escape_key(std::string_view key) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 ||
        std::string_view("!#$&'*+-.^_`|~").find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return result;
}

void read_impersonation(const Field& user, ClusterAccess& access) {
  auto& fields = access.impersonation;
  const Field as = user["as"];
  const Field uid = user["as-uid"];
  const Field groups = user["as-groups"];
  const Field extra = user["as-user-extra"];
  const auto name = read_header_value(as);
  if (!name.empty()) fields.emplace_back("Impersonate-User", name);
  if (const auto text = read_header_value(uid); !text.empty()) {
    fields.emplace_back("Impersonate-Uid", text);
  }
  groups.each_item([&](const Field& group) {
    fields.emplace_back("Impersonate-Group", read_header_value(group));
  });
  extra.each_entry([&](const std::string& key, const Field& values) {
    values.each_item([&](const Field& value) {
      fields.emplace_back("Impersonate-Extra-" + escape_key(key), read_header_value(value));
    });
  });
  if (name.empty() && !fields.empty()) {
    as.defect("is missing; as-uid, as-groups and as-user-extra require it");
  }
}

void check_combination(const Field& user, const ClusterAccess& access) {
  const bool basic = !access.username.empty() || !access.password.empty();
  if (basic && !access.token.empty()) {
    user.defect("has a token and a user name with a password; keep one of them");
  }
  if (access.client_certificate.empty() != access.client_key.empty()) {
    user.defect("has only one of client-certificate and client-key; give both");
  }
}

std::pair<std::string, std::string> read_variable(const Field& entry) {
  const Field name = entry["name"];
  auto text = read_text(entry, "name");
  if (text.empty() || text.find('=') != std::string::npos) {
    name.defect("must be the name of an environment variable");
  }
  return {std::move(text), read_text(entry, "value")};
}

// A name without a slash is searched in $PATH.
std::string read_command(const Field& exec, const std::filesystem::path& directory) {
  const Field field = exec["command"];
  const auto command = read_text(exec, "command");
  if (command.empty() && field.missing()) field.defect("is missing; name the plugin's program");
  if (command.find('/') == std::string::npos) return command;
  return (directory / command).lexically_normal().string();
}

std::string read_api_version(const Field& exec) {
  const Field field = exec["apiVersion"];
  auto version = read_text(exec, "apiVersion");
  if (version != "client.authentication.k8s.io/v1" &&
      version != "client.authentication.k8s.io/v1beta1") {
    field.defect("is " + in_quotes(version) +
                 ", but must be client.authentication.k8s.io/v1 or .../v1beta1");
  }
  return version;
}

void check_interactive_mode(const Field& exec) {
  const Field field = exec["interactiveMode"];
  const auto mode = read_text(exec, "interactiveMode");
  if (mode == "Always") {
    field.defect("is Always, but there is no terminal; use a plugin that needs no input");
  } else if (!mode.empty() && mode != "Never" && mode != "IfAvailable") {
    field.defect("is " + in_quotes(mode) + ", but must be Never or IfAvailable");
  }
}

}  // namespace

ExecPlugin read_exec(const Field& exec, const std::filesystem::path& directory) {
  ExecPlugin plugin;
  const Field arguments = exec["args"];
  const Field environment = exec["env"];
  plugin.command = read_command(exec, directory);
  plugin.api_version = read_api_version(exec);
  plugin.install_hint = read_text(exec, "installHint");
  plugin.wants_cluster_info = exec["provideClusterInfo"].boolean().value_or(false);
  arguments.each_item([&](const Field& argument) {
    if (const auto* text = argument.string()) plugin.arguments.push_back(*text);
  });
  environment.each_item(
      [&](const Field& entry) { plugin.environment.push_back(read_variable(entry)); });
  check_interactive_mode(exec);
  return plugin;
}

void read_user(const Field& user, const std::filesystem::path& directory, ClusterAccess& access) {
  access.client_certificate = read_pem(user, "client-certificate", directory);
  access.client_key = read_pem(user, "client-key", directory);
  access.token = {read_text(user, "token"), read_path(user, "tokenFile", directory)};
  access.username = read_text(user, "username");
  access.password = read_text(user, "password");
  check_combination(user, access);
  read_impersonation(user, access);
  const Field exec = user["exec"];
  if (!exec.missing() && exec.require_map()) access.exec = read_exec(exec, directory);
  const Field provider = user["auth-provider"];
  if (!provider.missing()) {
    provider.defect("is not supported, as in kubectl since 1.26; use exec with a plugin");
  }
}

}  // namespace portcullis::k8s
