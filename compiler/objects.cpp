#include "compiler/objects.h"

namespace portcullis {

std::string to_string(const ObjectKey& key) { return key.ns + "/" + key.name; }

const char* to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "TCP";
    case Protocol::kUdp:
      return "UDP";
    case Protocol::kSctp:
      return "SCTP";
  }
  return "?";
}

}  // namespace portcullis
