#include "tests/docs/sandbox.h"

#include <filesystem>

#include "tests/support/process/http_client.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

// $0 is the directory with the sandbox's private files.
constexpr const char* kMake =
    "set -e; mkdir $0/clone $0/bin; cp -r charts docs manifests $0/clone; cp -a /etc $0/etc; "
    "mkdir -p $0/etc/portcullis/manifests $0/etc/kubernetes; mount --bind $0/etc /etc; "
    "mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib; echo made; exec sleep infinity";

}  // namespace

Sandbox::Sandbox(const NetworkNamespace& network, const std::string& portcullis,
                 const std::string& path)
    : network_(network),
      path_(directory_ / "bin" + ":$PATH:" + path),
      holder_({{"unshare", "--mount", "--propagation", "private", "sh", "-c", kMake,
                directory_.path().string()},
               {},
               &network,
               ""}) {
  if (is_ready()) std::filesystem::create_symlink(portcullis, directory_ / "bin/portcullis");
}

bool Sandbox::is_ready() const {
  return wait_until([&] { return holder_.out() == "made\n" || !holder_.err().empty(); }) &&
         holder_.err().empty();
}

ChildSetup Sandbox::setup(const std::string& command,
                          const std::vector<std::string>& environment) const {
  const std::string clone = directory_ / "clone";
  return {{"nsenter", "--mount=/proc/" + std::to_string(holder_.pid()) + "/ns/mnt", "sh", "-c",
           "PATH=" + path_ + "; cd " + clone + "; " + command},
          environment,
          &network_,
          ""};
}

Finished Sandbox::run(const std::string& command,
                      const std::vector<std::string>& environment) const {
  return run_to_end(setup(command, environment));
}

bool Sandbox::daemon_becomes_ready() const {
  return wait_until([&] {
    HttpAnswer answer;
    network_.run([&] { answer = http_get("127.0.0.1", 9909, "/readyz"); });
    return answer.status == 200;
  });
}

ChildProcess Sandbox::start(const std::string& command) const {
  return ChildProcess(setup("exec " + command, {}));
}

}  // namespace portcullis::test
