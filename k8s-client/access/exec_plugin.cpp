#include "k8s-client/access/exec_plugin.h"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/args.hpp>
#include <boost/process/async_pipe.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/group.hpp>
#include <boost/process/io.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "compiler/base/escape.h"

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
namespace process = boost::process;

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;
constexpr std::size_t kMaxQuoted = 1000;  // of its standard error, in a message

bool is_program(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// Empty if there is none.
std::string find_program(const std::string& command) {
  if (command.find('/') != std::string::npos) return is_program(command) ? command : "";
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  for (std::string path; std::getline(folders, path, ':');) {
    if (!path.empty() && is_program(path += '/' + command)) return path;
  }
  return {};
}

process::environment environment_of(const ExecPlugin& plugin, const std::string& info) {
  process::environment environment = boost::this_process::environment();
  // Its operator[] reads beyond the end of variables (Boost 1.74).
  for (const auto& [name, value] : plugin.environment) environment.set(name, value);
  environment.set("KUBERNETES_EXEC_INFO", info);
  return environment;
}

// The end of a program's standard error, on one line.
std::string quoted(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  if (text.size() > kMaxQuoted) text = "..." + text.substr(text.size() - kMaxQuoted);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "; it wrote nothing to standard error" : "; it says: " + escape(text);
}

// A plugin must not outlive us, nor inherit our descriptors. Kernels before 5.11 reject the latter,
// and leave it to the flags of each descriptor.
struct BindToUs : process::extend::handler {
  template <class Executor>
  void on_exec_setup(Executor&) const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  }
};

// A program whose output is collected on this thread.
class Run {
 public:
  Run(const std::string& program, const ExecPlugin& plugin, const std::string& info)
      : child_(process::exe = program, process::args = plugin.arguments,
               environment_of(plugin, info), process::std_in<process::null, process::std_out> out_,
               process::std_err > err_, group_, BindToUs(), error_) {}

  const std::error_code& error() const { return error_; }
  const std::string& out() const { return out_text_; }
  const std::string& err() const { return err_text_; }

  // False: it was killed because it took too long.
  bool finish(std::chrono::milliseconds limit) {
    exit_.assign(static_cast<int>(syscall(SYS_pidfd_open, child_.id(), 0)));
    exit_.async_wait(asio::posix::stream_descriptor::wait_read, [this](auto) { finish_one(); });
    gather(out_, out_text_);
    gather(err_, err_text_);
    deadline_.expires_after(limit);
    deadline_.async_wait([this](const auto& cancelled) {
      if (!cancelled && pending_ > 0) abandon();
    });
    io_.run();
    return end(!abandoned_);
  }

  // "exit code 3", "signal 11"; "" if it succeeded.
  std::string failure() const {
    const int status = child_.native_exit_code();
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? "" : "exit code " + std::to_string(WEXITSTATUS(status));
  }

 private:
  void gather(process::async_pipe& pipe, std::string& text) {
    asio::async_read(pipe, asio::dynamic_buffer(text, kMaxOutput), [this, &pipe](auto, auto) {
      pipe.close();
      finish_one();
    });
  }

  void finish_one() {
    if (--pending_ == 0) deadline_.cancel();
  }

  // Completes what is pending: until then a text has room for more at its end, filled with zeros.
  void abandon() {
    abandoned_ = true;
    exit_.close();
    out_.close();
    err_.close();
  }

  bool end(bool finished) {
    std::error_code ignored;
    if (finished) {
      group_.detach();  // processes left behind on purpose may stay
    } else {
      group_.terminate(ignored);
    }
    child_.wait(ignored);
    return finished;
  }

  asio::io_context io_{1};
  process::async_pipe out_{io_};
  process::async_pipe err_{io_};
  asio::posix::stream_descriptor exit_{io_};
  asio::steady_timer deadline_{io_};
  int pending_ = 3;  // the exit and both outputs
  bool abandoned_ = false;
  std::string out_text_;
  std::string err_text_;
  std::error_code error_;
  process::group group_;
  process::child child_;
};

tl::unexpected<Error> missing(const ExecPlugin& plugin) {
  const auto hint = plugin.install_hint.empty() ? "" : ": " + plugin.install_hint;
  return failure(ErrorCode::kNotFound,
                 "there is no program " + plugin.command + "; install it" + hint);
}

Result<std::string> run(const std::string& program, const ExecPlugin& plugin,
                        const std::string& info, std::chrono::milliseconds limit) {
  Run run(program, plugin, info);
  if (run.error()) {
    return failure(ErrorCode::kIo, program + " cannot be started: " + run.error().message());
  }
  const bool finished = run.finish(limit);
  const auto what =
      finished ? run.failure()
               : "a timeout after " + std::to_string(limit.count()) + " ms, and was killed";
  if (what.empty()) return run.out();
  return failure(ErrorCode::kIo, program + " failed with " + what + quoted(run.err()));
}

}  // namespace

Result<std::string> run_exec_plugin(const ExecPlugin& plugin, const std::string& info,
                                    std::chrono::milliseconds limit) {
  const auto program = find_program(plugin.command);
  if (program.empty()) return missing(plugin);
  try {
    return run(program, plugin, info, limit);
  } catch (const std::exception& error) {  // out of pipes, descriptors, processes
    return failure(ErrorCode::kIo, program + " cannot be run: " + error.what());
  }
}

}  // namespace portcullis::k8s
