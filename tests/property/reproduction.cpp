#include "tests/property/reproduction.h"

namespace portcullis::test {
namespace {

std::string target(const Connection& connection) {
  std::string text = to_string(connection.destination);
  if (!connection.port) return text;
  if (connection.destination.family == Family::kIpv6) text = "[" + text + "]";
  return text + ":" + std::to_string(*connection.port) + "/" +
         to_string(static_cast<Protocol>(connection.protocol));
}

}  // namespace

std::string commands_for(const Connection& connection) {
  return "# portcullis explain -f FILE --from " + to_string(connection.source) + " --to '" +
         target(connection) + "'\n# portcullis compile -f FILE --node-name n1   (and n2)";
}

}  // namespace portcullis::test
