#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "k8s-client/access/exec_credential.h"
#include "k8s-client/access/kubeconfig.h"
#include "k8s-client/access/url.h"
#include "k8s-client/http/route.h"

namespace {

namespace k8s = portcullis::k8s;

void require(bool holds) {
  if (!holds) abort();
}

// An in-memory file.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : file_(memfd_create("kubeconfig", 0)) {
    require(file_ >= 0);
    require(::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(file_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  const int file_;
};

// An accepted kubeconfig is usable: a URL with a host, encrypted except for this host.
void check_access(const k8s::ClusterAccess& access) {
  const auto url = k8s::parse_url(access.server);
  require(url.has_value());
  require(url->scheme == "https" || (url->scheme == "http" && k8s::is_loopback(*url)));
  const auto route = k8s::route_to(access, {});
  require(route || !route.error().message.empty());
  if (access.exec) require(!k8s::exec_info(access, "").empty());
}

}  // namespace

// An arbitrary text as a kubeconfig, and as the output of a credential plugin.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const MemoryFile file(text);
  const auto access = k8s::read_kubeconfig({file.path()}, "");
  access ? check_access(*access) : require(!access.error().message.empty());
  const auto credential = k8s::parse_exec_credential(text, "client.authentication.k8s.io/v1");
  if (credential) require(!credential->token.empty() || !credential->certificate.empty());
  return 0;
}
