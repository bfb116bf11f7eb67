#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/model/update.h"
#include "daemon/nri/sandbox.h"

namespace portcullis {

// The pods of this node that the container runtime has told of before the API server did: a pod's
// sandbox has its addresses before its first container starts, and the API learns of them later.
// Completes what a source reports by that:
//
//     what the API says of the pod      what is enforced
//     nothing, or another pod           the sandbox's labels and addresses; running, and the newest
//       of its name
//     the pod, with other addresses     the same addresses, with the API's labels and ports: those
//       or none                           that it had in a former sandbox may be another pod's now
//     the pod, with these addresses     what the API says
//     it is gone, or has finished       what the API says, although the sandbox may be there
//
// A sandbox is told from a former one of the same pod by its id, a pod from another one of its name
// by its uid. A value; all times are the caller's.
class EarlyPods {
 public:
  using Seconds = std::int64_t;  // since the epoch

  explicit EarlyPods(std::string node_name) : node_name_(std::move(node_name)) {}

  // The source's report, with what it does not know yet, and what the runtime has told since the
  // last call.
  Update complete(Update update);

  // What the runtime tells. A sandbox without addresses says nothing.
  void started(const nri::Sandbox& sandbox, Seconds now);
  void ended(const nri::Sandbox& sandbox);
  void synchronized(const std::vector<nri::Sandbox>& sandboxes, Seconds now);  // these are all

 private:
  struct Early {  // NOLINT(bugprone-exception-escape): see Sandbox
    nri::Sandbox sandbox;
    Seconds since = 0;
    bool reported = false;  // the API knows this pod: once it does not, the pod is gone
  };

  void complete(std::vector<Event>& pods);
  bool is_here(const PodEvent& event) const;
  void note(const PodEvent& event);
  Event event_of(const ObjectKey& key) const;
  std::shared_ptr<const Pod> pod_of(const ObjectKey& key) const;
  std::shared_ptr<const Pod> early_pod(const Early& early, const Pod* reported) const;

  const std::string node_name_;
  std::map<ObjectKey, std::shared_ptr<const Pod>> reported_;  // of this node
  std::map<ObjectKey, Early> early_;
  std::set<ObjectKey> told_;  // by the runtime, since the last complete()
};

}  // namespace portcullis
