#include "tests/golden/nft_tool.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace portcullis::test {
namespace {

// An in-memory file that the child reads or writes: it never blocks, whatever its size.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("nft", MFD_CLOEXEC)) {}
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }

  bool fill(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
      const auto size = write(fd_, text.data() + done, text.size() - done);
      if (size <= 0) return false;
      done += static_cast<std::size_t>(size);
    }
    return lseek(fd_, 0, SEEK_SET) == 0;
  }

  std::string text() const {
    std::string all;
    std::array<char, 65536> part;
    off_t offset = 0;
    for (ssize_t size; (size = pread(fd_, part.data(), part.size(), offset)) > 0; offset += size) {
      all.append(part.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  int fd_;
};

int run(std::vector<std::string>& arguments, int in, int out, int err) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

NftOutput run_nft(const NetworkNamespace& inside, std::vector<std::string> arguments,
                  const std::string& input) {
  arguments.insert(arguments.begin(), "nft");
  MemoryFile in, out, err;
  NftOutput output;
  if (!in.fill(input)) return output;
  inside.run([&] { output.status = run(arguments, in.fd(), out.fd(), err.fd()); });
  output.out = out.text();
  output.err = err.text();
  return output;
}

}  // namespace portcullis::test
