#include "daemon/options/reference.h"

#include "daemon/base/version.h"
#include "daemon/options/option_text.h"

namespace portcullis {
namespace {

// Escapes hyphens, so that they can be copied, and lines that roff would take for requests.
std::string roff(const std::string& text) {
  auto escaped = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  return replaced("\n" + escaped, "\n.", "\n\\&.").substr(1);
}

std::string entry(const Option& option) {
  std::vector<std::string> names;
  for (const auto& flag : flags(option)) names.push_back("\\fB" + roff(flag) + "\\fR");
  const std::string value = has_value(option) ? " \\fI" + roff(option.value) + "\\fR" : "";
  return ".TP\n" + joined(names, ", ") + value + "\n" + roff(option.help) + ".\n";
}

std::string row(const Option& option) {
  const std::string value = has_value(option) ? std::string(" ") + option.value : "";
  const std::string names = "`" + joined(flags(option), "`, `") + value + "`";
  return "| " + replaced(names, "|", "\\|") + " | " + replaced(option.help, "|", "\\|") + " |\n";
}

constexpr const char* kAfterVersion = R"(" "System Administration"
.SH NAME
portcullis \- Kubernetes NetworkPolicy engine for nftables
.SH SYNOPSIS
.B portcullis
.I COMMAND
.RI [ OPTIONS ]
.br
.B portcullis
.RI [ COMMAND ]
.BR \-\-help " | " \-\-version
.SH DESCRIPTION
Enforces Kubernetes network policies on the pods of this node with the nftables table
.BR "inet portcullis" ,
and, where pods are on a bridge, with
.BR "bridge portcullis" .
The objects come from an API server, or from a directory of manifests.
.PP
The service of the package,
.BR portcullis.service ,
runs the daemon with the options of
.IR /etc/portcullis/config.yaml .
.B systemctl enable \-\-now portcullis
starts it, at this and at every boot.
.B portcullis\-restore.service
puts the rules of the last run into the kernel at boot, before the network is up.
.SH COMMANDS
)";

constexpr const char* kTail = R"(.SH EXIT STATUS
0 is success, 2 an error, described on standard error.
1 is a negative answer: no tables, a difference, a denied connection, a failed check.
.SH ENVIRONMENT
.TP
.B NODE_NAME
The node, unless \-\-node\-name is given.
.TP
.B KUBECONFIG
The kubeconfig, unless \-\-kubeconfig or \-\-manifests is given.
.SH FILES
.TP
.I /etc/portcullis/config.yaml
Options of \fBportcullis run\fR under their long names, for the services.
.TP
.I /etc/portcullis/manifests
The manifests to enforce, unless that file names another source.
.TP
.I /var/lib/portcullis/ruleset
The ruleset of the last run, for \fBportcullis restore\fR.
.TP
.I /run/portcullis/portcullis.sock
The running daemon's socket, for root.
.TP
.I /usr/share/doc/portcullis/examples
Policies for common recipes.
.SH EXAMPLES
.TP
What would the node worker\-1 enforce?
.B portcullis compile \-f /etc/portcullis/manifests \-\-node\-name worker\-1
.TP
Why can one pod not talk to another?
.B portcullis explain \-\-from default/frontend \-\-to default/api:8080
.SH SEE ALSO
.BR nft (8),
.BR systemctl (1)
)";

constexpr const char* kIntroduction =
    R"(# Configuration

<!-- Generated from the option table (daemon/options/option_table.cpp) by `make docs`. -->

Every option of `portcullis run` except `--config` can also be set in the YAML file that `--config` names,
under its long name without the dashes:

    manifests: /etc/portcullis/manifests
    node-name: worker-1
    listen: 127.0.0.1:9909

A value is a single word or text. An unknown or repeated key is an error that names the line. `restore` and
`cleanup` read their options from the same file. Flags take precedence over the file, the file over the
environment, and the environment over the defaults. The package's services read
`/etc/portcullis/config.yaml`; the DaemonSet reads the ConfigMap of `manifests/base/config.yaml`. The file
is read when the program starts.

| environment variable | option |
| --- | --- |
| `NODE_NAME` | `node-name` |
| `KUBECONFIG` | `kubeconfig`, without `manifests` |
)";

}  // namespace

std::string manual_page() {
  std::string page = std::string(R"(.TH PORTCULLIS 8 "" "portcullis )") + version() + kAfterVersion;
  for (const auto& command : command_table()) {
    page += std::string(".SS portcullis ") + command.name + "\n" + roff(command.help) + ".\n";
    page += ".PP\n" + roff(command.footer) + "\n";
    for (const Option& option : options_of(command.command)) page += entry(option);
  }
  return page + kTail;
}

std::string configuration_reference() {
  std::string text = kIntroduction;
  for (const auto& command : command_table()) {
    text += std::string("\n## portcullis ") + command.name + "\n\n" + command.help + ".\n\n" +
            command.footer + "\n";
    const auto options = options_of(command.command);
    if (!options.empty()) text += "\n| option | |\n| --- | --- |\n";
    for (const Option& option : options) text += row(option);
  }
  return text;
}

}  // namespace portcullis
