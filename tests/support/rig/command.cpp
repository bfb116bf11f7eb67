#include "tests/support/rig/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {
namespace {

constexpr std::array kDirectories = {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};

std::optional<std::string> find_program(const std::string& name) {
  for (const char* directory : kDirectories) {
    std::string path = directory + name;
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

// Memory files instead of pipes: whatever the size, nobody waits for a reader.
FileDescriptor memory_file(std::string_view content = {}) {
  FileDescriptor file(memfd_create("rig", MFD_CLOEXEC));
  if (write(file.get(), content.data(), content.size()) < 0) file.reset();
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string content_of(const FileDescriptor& file) {
  std::string text(static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
  const auto size = pread(file.get(), text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

struct Streams {
  FileDescriptor in;
  FileDescriptor out = memory_file();
  FileDescriptor err = memory_file();
};

// The exit status as of waitpid(), or -1 with errno set.
int spawn_and_wait(const std::string& program, const std::vector<std::string>& argv,
                   const Streams& streams) {
  std::vector<char*> arguments;
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.in.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.out.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.err.get(), STDERR_FILENO);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);

  int status = -1;
  if (error == 0) {
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  }
  if (error != 0) errno = error;
  return status;
}

std::string joined(const std::vector<std::string>& words, char separator) {
  std::string text;
  for (const auto& word : words) text += word + separator;
  return text;
}

// "Command failed -:17" -> 17
std::size_t failed_line(std::string_view error) {
  constexpr std::string_view kMark = "Command failed -:";
  const auto at = error.rfind(kMark);
  std::size_t line = 0;
  if (at != error.npos) {
    const auto digits = error.substr(at + kMark.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), line);
  }
  return line;
}

std::optional<Error> write_sysctl(const Sysctl& sysctl) {
  const std::string path = "/proc/sys/" + sysctl.path;
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file && write(file.get(), sysctl.value.data(), sysctl.value.size()) >= 0) return std::nullopt;
  const int error = errno;
  const auto code = error == ENOENT                                       ? ErrorCode::kUnsupported
                    : error == EACCES || error == EPERM || error == EROFS ? ErrorCode::kPermission
                                                                          : ErrorCode::kIo;
  return Error{code, "cannot set " + path + " to " + sysctl.value + ": " + std::strerror(error) +
                         (error == ENOENT ? " (is the kernel module that has it loaded?)" : "")};
}

}  // namespace

Result<std::string> run_command(const NetworkNamespace& netns, const std::vector<std::string>& argv,
                                std::string_view input) {
  const auto program = find_program(argv.front());
  if (!program)
    return failure(ErrorCode::kNotFound, "there is no program " + argv.front() + ": install it");
  const Streams streams{memory_file(input)};
  int status = -1;
  int error = 0;
  netns.run([&] {
    status = spawn_and_wait(*program, argv, streams);
    error = errno;
  });
  if (status == 0) return content_of(streams.out);
  const std::string reason = status < 0 ? std::strerror(error) : content_of(streams.err);
  const bool forbidden = reason.find(std::strerror(EPERM)) != reason.npos;
  return failure(forbidden ? ErrorCode::kPermission : ErrorCode::kIo,
                 "`" + joined(argv, ' ') + "` failed: " + reason);
}

Result<void> run_ip(const NetworkNamespace& netns, const std::vector<std::string>& commands) {
  auto done = run_command(netns, {"ip", "-batch", "-"}, joined(commands, '\n'));
  if (done) return {};
  const std::size_t line = failed_line(done.error().message);
  if (line > 0 && line <= commands.size()) done.error().message += "in: ip " + commands[line - 1];
  return tl::unexpected(done.error());
}

Result<void> set_sysctls(const NetworkNamespace& netns, const std::vector<Sysctl>& sysctls) {
  std::optional<Error> error;
  netns.run([&] {
    for (const auto& sysctl : sysctls) {
      if (!error) error = write_sysctl(sysctl);
    }
  });
  if (error) return tl::unexpected(*error);
  return {};
}

}  // namespace portcullis::test
