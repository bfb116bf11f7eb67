#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/name_rules.h"

namespace portcullis::k8s {

Protocol decode_protocol(const Field& protocol) {
  const auto* name = protocol.string();
  if (name == nullptr) return Protocol::kTcp;
  for (const auto known : {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp}) {
    if (*name == to_string(known)) return known;
  }
  protocol.defect(in_quotes(*name) + " is not a protocol; write TCP, UDP or SCTP");
  return Protocol::kTcp;
}

std::optional<std::uint16_t> decode_port_number(const Field& port) {
  const auto number = port.integer();
  if (!number) return std::nullopt;
  if (*number < 1 || *number > 65535) {
    port.defect(std::to_string(*number) + " is not a port; write a number from 1 to 65535");
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(*number);
}

const std::string* decode_port_name(const Field& name) {
  const auto* text = name.string();
  if (text == nullptr || is_port_name(*text)) return text;
  name.defect(
      in_quotes(*text) +
      " is not a valid port name: write up to 15 lower case letters, digits and '-', with a "
      "letter among them (write a number without quotes)");
  return nullptr;
}

}  // namespace portcullis::k8s
