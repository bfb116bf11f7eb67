#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "daemon/source/source.h"

namespace portcullis {

// Of one resource.
struct ObjectCount {
  std::size_t known = 0;
  std::size_t rejected = 0;  // invalid; the known ones fail closed

  bool operator==(const ObjectCount&) const = default;
};

// The state of the daemon, for probes and for systemd. Contains no policies or addresses: everyone
// may read it.
struct Status {
  bool source_read = false;  // the first synced update came
  bool held_back = false;    // the last run's rules stay: committing could open pods
  bool committed = false;    // the kernel has held the desired ruleset since the start
  std::string commit_error;  // of the last attempt; empty: it succeeded
  std::vector<std::string> unreadable_files;
  // Why it is not ready although it has committed, each a sentence; empty: nothing.
  std::vector<std::string> never_read;  // files that never had content
  std::string source_fault;             // why the source is not believed: it is suddenly empty
  std::string node_name_fault;          // the node has another name in the cluster
  std::string bridge_fault;             // packets between pods bypass nf_tables
  std::string bridge_table_fault;       // bridged pods are not bound; the rest is in force
  std::vector<Following> followed;      // of the source; those in trouble are stale
  std::string ports_fault;  // pods' interfaces are not known, so that they may not be bound
  std::string runtime;      // how it is connected to the container runtime; empty: it is not asked
  bool runtime_connected = false;
  std::string unsaved;  // why the ruleset is not saved for the next boot; empty: it is
  std::string unkept;   // the same of the manifests
  std::map<std::string, std::string> unserved;  // "health port", and why it is missing
  std::map<std::string, ObjectCount> objects;   // by resource: "pods"
  std::size_t not_enforced = 0;                 // policies of other engines in the source
  std::size_t rejected_profiles = 0;  // too costly, so that their pods are allowed nothing
  std::size_t quarantined = 0;        // addresses that are closed although no pod explains them
  std::size_t problems = 0;           // in the objects, with those files; the log names them all

  bool ready() const;
  bool operator==(const Status&) const = default;
};

// "ready", or why not: one line, without a newline.
std::string headline(const Status& status);

// For how long, in seconds; 0 without trouble.
double staleness(const Following& following);

// A line for each part of the source that is not followed, with the reason.
std::vector<std::string> stale_lines(const Status& status);

// The headline, then one line per problem.
std::string describe(const Status& status);

}  // namespace portcullis
