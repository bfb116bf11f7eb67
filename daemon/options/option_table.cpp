#include "daemon/options/option_table.h"

#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <charconv>
#include <string_view>

#include "compiler/base/escape.h"
#include "daemon/options/budget_option.h"
#include "daemon/options/listen_option.h"
#include "daemon/options/sender_option.h"
#include "k8s-client/decode/name_rules.h"

namespace portcullis {
namespace {

constexpr std::uint16_t kRun = command_bit(Command::kRun);
constexpr std::uint16_t kCompile = command_bit(Command::kCompile);
constexpr std::uint16_t kDump = command_bit(Command::kDump);
constexpr std::uint16_t kDiff = command_bit(Command::kDiff);
constexpr std::uint16_t kExplain = command_bit(Command::kExplain);
constexpr std::uint16_t kMatrix = command_bit(Command::kMatrix);
constexpr std::uint16_t kCheck = command_bit(Command::kCheck);
constexpr std::uint16_t kRestore = command_bit(Command::kRestore);
constexpr std::uint16_t kCleanup = command_bit(Command::kCleanup);
constexpr std::uint16_t kCompletion = command_bit(Command::kCompletion);

// The member that Path leads to, from outside in: &Options::matrix, &MatrixWords::selector.
template <auto... Path>
auto& at(Options& options) {
  return (options.*....*Path);
}

template <auto... Path>
Result<void> set_text(Options& options, const std::string& value) {
  if (value.empty()) return failure(ErrorCode::kInvalidInput, "needs a value");
  at<Path...>(options) = value;
  return {};
}

template <auto... Path>
Result<void> add_text(Options& options, const std::string& value) {
  if (value.empty()) return failure(ErrorCode::kInvalidInput, "needs a value");
  at<Path...>(options).push_back(value);
  return {};
}

// Not a list, as other programs take it.
template <auto... Path>
Result<void> add_one(Options& options, const std::string& value) {
  if (value.find(',') == std::string::npos) return add_text<Path...>(options, value);
  return failure(ErrorCode::kInvalidInput, "\"" + value + "\" is a list: repeat the option");
}

template <auto Member, auto kValue>
Result<void> set_to(Options& options, const std::string&) {
  options.*Member = kValue;
  return {};
}

Result<void> set_allow_empty(Options& options, const std::string& value) {
  if (!value.empty() && value != "true" && value != "false") {
    return failure(ErrorCode::kInvalidInput, "\"" + value + "\" is neither true nor false");
  }
  options.allow_empty = value != "false";
  return {};
}

Result<void> set_start_spread(Options& options, const std::string& value) {
  constexpr unsigned kLongest = 3600;
  unsigned seconds = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, seconds);
  if (error != std::errc() || rest != end || seconds > kLongest) {
    return failure(
        ErrorCode::kInvalidInput,
        in_quotes(value) + " is not a number of seconds from 0 to " + std::to_string(kLongest));
  }
  options.start_spread = std::chrono::seconds(seconds);
  return {};
}

// Upper case is accepted: once objects are known, a message says what the cluster calls this host.
Result<void> set_node_name(Options& options, const std::string& value) {
  if (!value.empty() && !k8s::is_dns_subdomain(boost::to_lower_copy(value))) {
    return failure(ErrorCode::kInvalidInput,
                   in_quotes(value) + " is not a node name, such as node-1.example.com");
  }
  return set_text<&Options::node_name>(options, value);
}

Result<void> set_socket(Options& options, const std::string& value) {
  constexpr std::size_t kLongest = 107;  // sockaddr_un's path, without its terminating zero
  if (value.size() > kLongest) {
    return failure(ErrorCode::kInvalidInput, "\"" + value +
                                                 "\" is too long for a unix socket path (" +
                                                 std::to_string(kLongest) + " bytes)");
  }
  return set_text<&Options::socket>(options, value);
}

Result<void> set_snapshot(Options& options, const std::string& value) {
  options.snapshot = value == "off" ? "" : value;
  return {};
}

Result<void> set_ownership(Options& options, const std::string& value) {
  if (value != "owned" && value != "shared") {
    return failure(ErrorCode::kInvalidInput, "\"" + value + "\" is neither owned nor shared");
  }
  options.shares_table = value == "shared";
  return {};
}

Result<void> set_log_level(Options& options, const std::string& value) {
  const auto level = parse_log_level(value);
  if (!level) {
    return failure(ErrorCode::kInvalidInput,
                   "\"" + value + "\" is not debug, info, warning or error");
  }
  options.log_level = *level;
  return {};
}

Result<void> set_policy_budget(Options& options, const std::string& value) {
  return set_budget(options.budgets.policy, nullptr, value);
}

Result<void> set_profile_budget(Options& options, const std::string& value) {
  return set_budget(options.budgets.profile, &options.budgets.pods, value);
}

Result<void> set_format(Options& options, Format format, const char* name,
                        const std::string& value) {
  if (value != name && value != "json") {
    return failure(ErrorCode::kInvalidInput, "\"" + value + "\" is neither " + name + " nor json");
  }
  options.format = value == "json" ? Format::kJson : format;
  return {};
}

Result<void> set_nft_format(Options& options, const std::string& value) {
  return set_format(options, Format::kNft, "nft", value);
}

Result<void> set_text_format(Options& options, const std::string& value) {
  return set_format(options, Format::kText, "text", value);
}

constexpr std::array kTable{
    Option{"config", "", "FILE", kRun | kRestore | kCleanup | kCheck, false,
           "YAML file with options of run under their long names; flags take precedence",
           set_text<&Options::config>},
    Option{"manifests", "", "DIR", kRun | kCheck, false,
           "Directory of Pods, Namespaces and NetworkPolicies (*.yaml, *.yml, *.json) to follow",
           set_text<&Options::manifests>},
    Option{"allow-empty", "", "", kRun, false,
           "With --manifests: an empty directory means that nothing is enforced any more, not that "
           "it is not mounted",
           set_allow_empty},
    Option{"kubeconfig", "", "FILE", kRun | kCheck, false,
           "Kubeconfig of the API server (default $KUBECONFIG, else the pod's service account)",
           set_text<&Options::kubeconfig>},
    Option{"context", "", "NAME", kRun | kCheck, false,
           "Context in the kubeconfig (default: the current one)", set_text<&Options::context>},
    Option{"start-spread", "", "SECONDS", kRun, false,
           "Delay the first requests to the API server by a fraction of this time, by the node's "
           "name, so that nodes that start together do not ask together (default 0)",
           set_start_spread},
    Option{"from", "", "POD|IP", kExplain, false,
           "Where the connection comes from: a pod as NAMESPACE/NAME, or an address",
           set_text<&Options::from>},
    Option{"to", "", "POD|IP[:PORT[/PROTO]]", kExplain, false,
           "Where it goes to. PORT is a number, a pod's name for it, or icmp; PROTO is TCP "
           "(default), UDP or SCTP; without a port, every port and ICMP. [IPv6]:PORT",
           set_text<&Options::to>},
    Option{"outside", "", "", kExplain, false,
           "Treats an address that no pod has as outside the cluster, not as a Service's",
           set_to<&Options::outside, true>},
    Option{"from", "", "POD|NAMESPACE|IP", kMatrix, true,
           "Only connections from here: a pod or workload as NAMESPACE/NAME, a namespace, or an "
           "address; repeat for more",
           add_one<&Options::matrix, &MatrixWords::from>},
    Option{"to", "", "POD|NAMESPACE|IP", kMatrix, true,
           "Only connections to here, in the same forms",
           add_one<&Options::matrix, &MatrixWords::to>},
    Option{"file", "f", "FILE|DIR|-", kCompile | kExplain | kMatrix | kCompletion, true,
           "Manifests: a file, a directory, or - for standard input; repeat for more. An object of "
           "a later -f replaces that of an earlier one",
           add_text<&Options::files>},
    Option{"selector", "l", "SELECTOR", kMatrix, false,
           "Only the pods with these labels, as for kubectl: app=web,tier!=db",
           set_text<&Options::matrix, &MatrixWords::selector>},
    Option{"all", "", "", kMatrix, false, "Lists every pair, not only restricted ones",
           set_to<&Options::all, true>},
    Option{"tolerate-rejected", "", "", kCompile | kCheck, false,
           "Exit code 0 even if objects were rejected", set_to<&Options::tolerate_rejected, true>},
    Option{"namespace", "n", "NAME", kMatrix, true,
           "Only the pods of this namespace; repeat for more",
           add_one<&Options::matrix, &MatrixWords::namespaces>},
    Option{"address", "", "IP", kMatrix, true,
           "Adds an address outside the cluster to the pods; repeat for more",
           add_one<&Options::matrix, &MatrixWords::addresses>},
    Option{
        "node-name", "", "NAME", kRun | kRestore | kCheck | kCompile, false,
        "The node whose pods are enforced (default $NODE_NAME, else the host name in lower case; "
        "compile: none)",
        set_node_name},
    Option{"listen", "", "ADDR:PORT", kRun, false,
           "Where to serve /healthz, /readyz and /metrics, or off (default 127.0.0.1:9909)",
           set_listen},
    Option{"socket", "", "PATH", kRun | kDump | kDiff | kExplain | kMatrix | kCompletion, false,
           "The daemon's socket for root (default /run/portcullis/portcullis.sock)", set_socket},
    Option{"snapshot", "", "FILE", kRun | kRestore | kCleanup, false,
           "Where to save the ruleset for portcullis restore, or off (default "
           "/var/lib/portcullis/ruleset)",
           set_snapshot},
    Option{"table", "", "owned|shared", kRun | kRestore, false,
           "owned: no other process can change our tables, if the kernel supports it (Linux 6.9; "
           "default); shared: anyone can, and the daemon repairs them",
           set_ownership},
    Option{"anti-spoofing", "", "strict|off", kRun, false,
           "strict: a pod's interface lets in only packets from the pod's own addresses (default); "
           "off: a packet's source address is believed",
           set_anti_spoofing},
    Option{"allowed-sources", "", "CIDR,...", kRun, false,
           "Other addresses that any pod may send from, such as those of gateways and networks "
           "inside of pods (default: none)",
           set_allowed_sources},
    Option{"pod-tunnels", "", "drop|allow", kRun, false,
           "drop: pods may not send what a node could take for a packet of its overlay network "
           "(IPIP, 6in4, and UDP to ports 4789, 6081, 6784 and 8472; default); allow: they may",
           set_pod_tunnels},
    Option{
        "unknown-pods", "", "allow|drop", kRun, false,
        "What could be a pod, by --pod-interfaces or --pod-cidrs, and is not known to be one. "
        "drop: nothing passes from or to it; allow: everything does, until the API server or the "
        "container runtime tells of the pod (default)",
        set_unknown_pods},
    Option{"pod-interfaces", "", "PATTERN,...", kRun, false,
           "Interfaces that only pods have: names, or beginnings of names such as cali*. Not the "
           "bridge that pods share (default: none)",
           set_pod_interfaces},
    Option{"pod-cidrs", "", "CIDR,...", kRun, false,
           "Networks of which only pods of this node have addresses, such as its spec.podCIDRs "
           "(default: none)",
           set_pod_cidrs},
    Option{"nflog-group", "", "N|off", kRun, false,
           "The group of nfnetlink_log by which the kernel tells the daemon of some of the packets "
           "that are dropped because they are not their sender's own, for the log (default 7474)",
           set_log_group},
    Option{
        "nri", "", "SOCKET|off", kRun | kCheck, false,
        "The container runtime's socket of the Node Resource Interface, by which pods are isolated "
        "before their first container starts (default /var/run/nri/nri.sock)",
        set_nri},
    Option{"nri-timeout", "", "MILLISECONDS", kRun, false,
           "How long a pod's start waits for its isolation at most; then it is refused, and the "
           "kubelet tries again (default 1000)",
           set_nri_timeout},
    Option{"log-level", "", "debug|info|warning|error", kRun, false,
           "What is logged, and what is worse (default info)", set_log_level},
    Option{
        "policy-budget", "", "LIMIT=N,...", kRun | kCheck | kCompile | kExplain | kMatrix, false,
        "The most that one policy may say: rules (default 2048), ports (4096), peers (2048: "
        "requirements of selectors), cidrs (16384: networks and exceptions); and make, for one "
        "family: sets (640, of pods and networks), memory (16777216 bytes). With more it isolates "
        "its pods and allows nothing. What is within these costs the daemon up to 100 MB",
        set_policy_budget},
    Option{"profile-budget", "", "LIMIT=N,...", kRun | kCheck | kCompile | kExplain | kMatrix,
           false,
           "The same for all policies that select a pod, for one direction: rules (default 16384), "
           "ports (8192), peers (8192), cidrs (65536), sets (2048), memory (67108864 bytes), pods "
           "(262144: addresses in the sets of peers, some 250 bytes each). With more the pod is "
           "allowed nothing in this direction",
           set_profile_budget},
    Option{"kernel", "", "", kDump, false,
           "The table in the kernel, in this network namespace (default)",
           set_to<&Options::side, Side::kKernel>},
    Option{"desired", "", "", kDump, false, "The ruleset of the running daemon",
           set_to<&Options::side, Side::kDesired>},
    Option{"output", "o", "nft|json", kCompile | kDump, false, "Output format (default nft)",
           set_nft_format},
    Option{"output", "o", "text|json", kExplain | kMatrix, false, "Output format (default text)",
           set_text_format},
};

}  // namespace

bool Option::in(Command command) const { return (commands & command_bit(command)) != 0; }

bool Option::in_config_file() const {
  return in(Command::kRun) && std::string_view(name) != "config";
}

std::span<const Option> option_table() { return kTable; }

}  // namespace portcullis
