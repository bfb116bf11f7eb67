#include <array>
#include <span>

#include "daemon/option_table.h"

namespace portcullis {
namespace {

constexpr std::array kCommands{
    CommandText{Command::kRun, "run",
                "Enforces on this node the policies of an API server or of a directory",
                "Rules stay in the kernel when the daemon stops: portcullis cleanup removes them.\n"
                "SIGTERM and SIGINT stop it."},
    CommandText{Command::kCompile, "compile", "Compiles manifests and prints the node's ruleset",
                "The output loads with nft -f (or nft -j -f). Problems go to standard error, one\n"
                "a line. A rejected object is compiled closed: what it selects is denied, and the\n"
                "exit code is 1, unless --tolerate-rejected is given. A file that cannot be read\n"
                "or is no YAML or JSON means exit code 2 and no output."},
    CommandText{Command::kDump, "dump", "Prints the ruleset of the kernel or of the daemon",
                "Exit code 1 if there is no table."},
    CommandText{Command::kDiff, "diff", "What the kernel's table lacks of what the daemon wants",
                "Prints the operations that would make them equal. Exit code 0: none, 1: some."},
    CommandText{
        Command::kExplain, "explain", "Why a connection is allowed or denied",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. Judged is\n"
        "a new connection as the node sees it, after a Service's address has become a\n"
        "pod's. Exit code 0: all that was asked about is allowed, 1: some of it is denied\n"
        "(a port, ICMP, or one address family), 2: error."},
    CommandText{
        Command::kMatrix, "matrix", "Who may talk to whom, and on which ports",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. Lists what\n"
        "is restricted between workloads, which are the pods of one namespace with the same\n"
        "labels, but for those that controllers generate. NAMESPACE/* is every workload of a\n"
        "namespace, * every one. Pods on their node's network, finished ones and those\n"
        "without an address are left out."},
    CommandText{Command::kCheck, "check",
                "Whether this host can enforce, and may read the API server or the manifests",
                "Looks where portcullis run does that is given the same options. A line for each\n"
                "thing that was looked at. Exit code 1 if one of them FAILED, or an object was\n"
                "rejected."},
    CommandText{
        Command::kRestore, "restore", "Puts the ruleset of the last run back into the kernel",
        "For the boot, before anything can talk: what the daemon kept on disk is in force\n"
        "until it has read what is to be enforced now. Changes nothing where a table of ours\n"
        "is in force already, or nothing was kept. Exit code 2 if what was kept is refused:\n"
        "it is damaged, of another node, or not root's alone."},
    CommandText{
        Command::kCleanup, "cleanup", "Removes our table from the kernel",
        "Removes the ruleset that is kept on disk, too. Nothing is enforced after that. Stop\n"
        "the daemon first: it would put the table back."},
    CommandText{Command::kCompletion, "completion",
                "Prints a shell's completion, or the names for it",
                "portcullis completion bash|zsh|fish prints the script; load it with\n"
                "source <(portcullis completion bash), say. portcullis completion pods|namespaces\n"
                "lists what the daemon or the manifests of -f know."},
};

}  // namespace

std::span<const CommandText> command_table() { return kCommands; }

}  // namespace portcullis
