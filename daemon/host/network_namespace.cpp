#include "daemon/host/network_namespace.h"

#include <sys/stat.h>

#include <fstream>

namespace portcullis {

std::optional<std::string> network_namespace_id() {
  struct stat status {};
  if (::stat("/proc/thread-self/ns/net", &status) != 0) return std::nullopt;
  return std::to_string(status.st_ino);
}

std::string life_of_tables() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  const auto network = network_namespace_id();
  if (!std::getline(file, boot) || boot.empty() || !network) return "";
  return boot + "/" + *network;
}

}  // namespace portcullis
