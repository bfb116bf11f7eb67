#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/matrix/matrix_query.h"
#include "compiler/model/binding_options.h"
#include "compiler/model/budget.h"
#include "daemon/base/log.h"

namespace portcullis {

enum class Command : std::uint8_t {
  kRun,
  kCompile,
  kDump,
  kDiff,
  kExplain,
  kMatrix,
  kCheck,
  kRestore,
  kCleanup,
  kCompletion,
};
enum class Format : std::uint8_t { kNft, kText, kJson };
enum class Side : std::uint8_t { kKernel, kDesired };

// The address of /healthz and /readyz.
struct ListenAddress {
  std::string host;  // an address or a name
  std::uint16_t port = 0;

  bool operator==(const ListenAddress&) const = default;
};

std::string to_string(const ListenAddress& address);

// The command line and the configuration file. Each command reads its own fields.
struct Options {
  Command command = Command::kRun;
  std::string config;        // path of the configuration file; empty: none
  std::string manifests;     // directory; empty: an API server is the source
  bool allow_empty = false;  // of manifests: believe an empty directory
  std::string kubeconfig;    // files, separated by colons; empty: the pod's service account
  std::string context;       // of kubeconfig; empty: its current one
  std::chrono::seconds start_spread{0};  // each node delays its first requests by a fraction
  std::string node_name;                 // run, restore, check, compile: never empty
  std::optional<ListenAddress> listen = ListenAddress{"127.0.0.1", 9909};  // none: off
  std::string socket = "/run/portcullis/portcullis.sock";
  std::string snapshot = "/var/lib/portcullis/ruleset";  // empty: none is kept
  bool shares_table = false;                             // others may change it
  bool anti_spoofing = true;                             // pods send from their own addresses only
  BindingOptions binding;
  bool closes_unknown_pods = false;  // what has these marks is closed until it is a known pod's
  PodMarks pod_marks;
  std::optional<std::uint16_t> log_group = 7474;     // of nfnetlink_log; none: off
  std::string nri_socket = "/var/run/nri/nri.sock";  // empty: the runtime is not asked
  std::chrono::milliseconds nri_timeout{1'000};
  LogLevel log_level = LogLevel::kInfo;
  Budgets budgets;
  std::vector<std::string> files;  // files, directories, "-" for stdin; empty: ask the daemon
  std::string from;                // of explain, as parse_query() takes them
  std::string to;
  bool outside = false;            // addresses that no pod has are outside the cluster
  MatrixWords matrix;              // what matrix shows
  bool all = false;                // including unrestricted pairs
  bool tolerate_rejected = false;  // rejected objects do not change the exit code
  std::string topic;               // of completion: a shell, or what to list
  Side side = Side::kKernel;
  Format format = Format::kNft;  // explain, matrix: kText by default
};

// --help and --version: to be printed on stdout, exit 0.
struct Information {
  std::string text;
};

using Invocation = std::variant<Options, Information>;

// `arguments` without the program's name. Flags take precedence over the configuration file,
// that over NODE_NAME and the defaults. Errors name the flag, or the file, line and key.
[[nodiscard]] Result<Invocation> parse_options(const std::vector<std::string>& arguments);

}  // namespace portcullis
