#include "daemon/command/check_host.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "compiler/ruleset/diff.h"
#include "daemon/command/rehearsal.h"
#include "daemon/host/host_check.h"
#include "daemon/host/instance_lock.h"
#include "daemon/host/node_name.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/table/process_of_port.h"
#include "daemon/nri/plugin.h"

namespace portcullis {
namespace {

bool daemon_runs() {
  const auto lock = InstanceLock::take();
  return !lock && lock.error().code == ErrorCode::kConflict;
}

// A table owned by a running daemon cannot be rehearsed, and need not be: it is in force.
void report_owner(const nl::ExistingTable& table, Findings& findings) {
  const std::string name = "table " + table_text(table.family);
  const std::string owner = nl::process_of_port(table.owner_port);
  daemon_runs() ? findings.good(name + " is in force, owned by the running daemon, " + owner)
                : findings.bad(name + " belongs to " + owner +
                               ", which is not a running portcullis: stop that process");
}

Result<void> rehearse(nl::Kernel& kernel, const nl::Snapshot& snapshot, TableFamily family) {
  auto all = rehearsed_ruleset();
  const auto part = take_table(all, family);
  const bool is_new = snapshot.owner_of(family) == nl::TableOwner::kNone;
  return kernel.rehearse(is_new ? diff({}, part) : replacement(part, {family}));
}

// Only nodes with pods on a bridge need it.
void check_bridge_table(nl::Kernel& kernel, const nl::Snapshot& snapshot, Findings& findings) {
  const auto rehearsed = rehearse(kernel, snapshot, TableFamily::kBridge);
  rehearsed ? findings.good("nf_tables accepts a table of bridges")
            : findings.note("nf_tables: " + rehearsed.error().message +
                            ": pods on a bridge of this node would not be bound to their "
                            "interfaces");
}

std::string setting(const std::string& path) {
  std::ifstream file(path);
  std::string value;
  std::getline(file, value);
  return value;
}

void note_bridges(Findings& findings) {
  for (const std::string path : {"/proc/sys/net/bridge/bridge-nf-call-iptables",
                                 "/proc/sys/net/bridge/bridge-nf-call-ip6tables"}) {
    const auto value = setting(path);
    value == "1" ? findings.good(path + " is 1")
                 : findings.note(path + (value.empty() ? " is absent" : " is 0") +
                                 ": pods on a bridge of this node would not be filtered; load "
                                 "br_netfilter and set it to 1");
  }
}

}  // namespace

void check_kernel(const Options& options, Findings& findings) {
  auto kernel = nl::Kernel::open(nl::ownership(options.shares_table));
  if (!kernel) return findings.bad("nf_tables: " + kernel.error().message);
  const auto snapshot = kernel->dump();
  if (!snapshot) return findings.bad("nf_tables: " + snapshot.error().message);
  for (const auto& table : snapshot->tables) {
    if (table.owner == nl::TableOwner::kOther) report_owner(table, findings);
  }
  if (snapshot->owner_of(TableFamily::kInet) != nl::TableOwner::kOther) {
    const auto rehearsed = rehearse(*kernel, *snapshot, TableFamily::kInet);
    rehearsed ? findings.good("nf_tables accepts the forward chain and a set of each kind")
              : findings.bad("nf_tables: " + rehearsed.error().message);
  }
  if (options.anti_spoofing && snapshot->owner_of(TableFamily::kBridge) != nl::TableOwner::kOther) {
    check_bridge_table(*kernel, *snapshot, findings);
  }
}

void check_forwarding(Findings& findings) {
  for (const std::string path :
       {"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"}) {
    const auto value = setting(path);
    value == "0" ? findings.note(path + " is 0: this node does not forward pods' packets")
                 : findings.good(path + " is " + (value.empty() ? "absent" : value));
  }
}

void check_runtime(const Options& options, Findings& findings) {
  if (options.nri_socket.empty())
    return findings.note("the container runtime is not asked (--nri)");
  const auto found = nri::look_for_runtime(options.nri_socket);
  found ? findings.good("the container runtime listens on " + options.nri_socket)
        : findings.note("pods are not isolated before they start: " + found.error().message);
}

void check_node_name(const Options& options, const ClusterState& cluster, Findings& findings) {
  const auto carrying = std::ranges::count_if(cluster.pods(), [&](const auto& entry) {
    return *entry.second->node_name == options.node_name;
  });
  const auto host = host_addresses();
  const bool is_confirmed = std::ranges::any_of(cluster.pods(), [&](const auto& entry) {
    return confirms_node_name(*entry.second, options.node_name, host);
  });
  const auto other =
      is_confirmed ? std::nullopt : other_node_name(cluster, options.node_name, host);
  if (other) {
    findings.bad(node_name_fault(options.node_name, *other));
  } else if (carrying == 0) {
    findings.note("no pod is on a node named \"" + options.node_name +
                  "\" (--node-name): nothing would be enforced here now");
  } else {
    findings.good("node " + options.node_name + ", pods: " + std::to_string(carrying));
  }
}

void check_bridges(const std::vector<Address>& pods, Findings& findings) {
  const auto fault = bridge_fault(pods);
  fault.empty() ? note_bridges(findings) : findings.bad(fault);
}

}  // namespace portcullis
