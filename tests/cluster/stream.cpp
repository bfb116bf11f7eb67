#include "tests/cluster/stream.h"

#include <algorithm>

namespace portcullis::test {
namespace {

// Prints + for each connection that is answered, and - for each that is not.
std::string script_of(const Connection& connection, bool is_allowed) {
  const auto attempt = command_of(connection, is_allowed ? 3 : 1) + " && echo -n + || echo -n -";
  return is_allowed ? "while :; do " + attempt + "; usleep 10000; done"
                    : "while :; do { " + attempt + "; } & usleep 100000; done";
}

}  // namespace

Stream::Stream(const RealCluster& cluster, const Reachability& pods, Connection connection,
               bool is_allowed)
    : connection_(std::move(connection)),
      is_allowed_(is_allowed),
      process_(cluster.start_kubectl(
          {"exec", "--namespace", connection_.from.substr(0, connection_.from.find('/')),
           pods.pod_of(connection_.from), "--", "sh", "-c", script_of(connection_, is_allowed)})) {}

Stream::Count Stream::count() const {
  const auto answers = process_.out();
  const auto number_of = [&](char sign) {
    return static_cast<std::size_t>(std::ranges::count(answers, sign));
  };
  const auto allowed = number_of('+');
  const auto denied = number_of('-');
  return is_allowed_ ? Count{allowed, denied} : Count{denied, allowed};
}

}  // namespace portcullis::test
