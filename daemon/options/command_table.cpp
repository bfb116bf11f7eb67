#include <array>
#include <span>

#include "daemon/options/option_table.h"

namespace portcullis {
namespace {

constexpr std::array kCommands{
    CommandText{Command::kRun, "run",
                "Enforces network policies from an API server or a directory on this node",
                "Rules stay in the kernel when the daemon stops: portcullis cleanup removes them.\n"
                "SIGTERM and SIGINT stop it."},
    CommandText{
        Command::kCompile, "compile", "Compiles manifests and prints the node's ruleset",
        "The output loads with nft -f (or nft -j -f). Problems go to standard error, one\n"
        "per line. A rejected object fails closed: traffic of the pods it selects is denied,\n"
        "and the exit code is 1 unless --tolerate-rejected is given. A file that cannot be\n"
        "read or is not YAML or JSON means exit code 2 and no output."},
    CommandText{
        Command::kDump, "dump", "Prints the kernel's or the daemon's ruleset",
        "Prints both tables: table inet portcullis, and where pods are on a bridge, table bridge\n"
        "portcullis. Exit code 1 if there is none."},
    CommandText{Command::kDiff, "diff",
                "Shows how the kernel's tables differ from the daemon's ruleset",
                "Prints the operations that would make them equal. Exit code 0: none, 1: some."},
    CommandText{
        Command::kExplain, "explain", "Explains why a connection is allowed or denied",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. Judges a\n"
        "new connection as the node sees it, after a Service's address is translated to a\n"
        "pod's. Exit code 0: everything asked about is allowed, 1: some of it is denied\n"
        "(a port, ICMP, or one address family), 2: error."},
    CommandText{
        Command::kMatrix, "matrix", "Shows which pods can talk to each other, and on which ports",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. Lists what\n"
        "is restricted between workloads: pods of one namespace with the same labels, apart\n"
        "from labels that controllers generate. NAMESPACE/* stands for every workload of a\n"
        "namespace, * for every workload. Pods on the host network, finished pods and pods\n"
        "without an address are left out."},
    CommandText{Command::kCheck, "check",
                "Checks that this host can enforce policies and read its source",
                "Checks what portcullis run would use with the same options. Prints one line per\n"
                "check. Exit code 1 if a check FAILED or an object was rejected."},
    CommandText{
        Command::kRestore, "restore", "Restores the last run's ruleset to the kernel",
        "For use at boot, before the network is up: the saved ruleset is in force until the\n"
        "daemon has read the current objects. Changes nothing if the tables are already in\n"
        "force or nothing was saved. Exit code 2 if the saved ruleset is rejected: it is\n"
        "damaged, from another node, or accessible to users other than root."},
    CommandText{Command::kCleanup, "cleanup", "Removes our tables from the kernel",
                "Also removes the ruleset saved on disk. Nothing is enforced after that. Stop the\n"
                "daemon first: it would add the tables again."},
    CommandText{
        Command::kCompletion, "completion",
        "Prints a shell completion script, or names to complete",
        "portcullis completion bash|zsh|fish prints the script; load it with, for example,\n"
        "source <(portcullis completion bash). portcullis completion pods|namespaces lists\n"
        "the names that the daemon or the manifests of -f know."},
};

}  // namespace

std::span<const CommandText> command_table() { return kCommands; }

}  // namespace portcullis
