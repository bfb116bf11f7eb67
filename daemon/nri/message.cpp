#include "daemon/nri/message.h"

#include <optional>
#include <protozero/pbf_writer.hpp>

#include "daemon/nri/decode_sandbox.h"
#include "daemon/nri/fields.h"

namespace portcullis::nri {
namespace {

Sandbox decode_required(std::optional<Reader> sandbox) {
  if (!sandbox) throw Malformed("there is no sandbox in it");
  return decode_sandbox(*sandbox);
}

}  // namespace

std::string encode_registration(std::string_view plugin, std::string_view index) {
  std::string message;
  protozero::pbf_writer fields(message);
  fields.add_string(1, plugin.data(), plugin.size());
  fields.add_string(2, index.data(), index.size());
  return message;
}

Result<std::string> decode_runtime(std::string_view message) {
  return reading("Configure", message, [](Reader fields) {
    std::string name;
    std::string version;
    while (fields.next()) {
      switch (fields.tag()) {
        case 2:
          name = text(fields);
          break;
        case 3:
          version = text(fields);
          break;
        default:
          fields.skip();
      }
    }
    return version.empty() ? name : name + ' ' + version;
  });
}

std::string encode_event_mask(unsigned mask) {
  std::string message;
  protozero::pbf_writer(message).add_uint32(2, mask);
  return message;
}

Result<SynchronizePart> decode_synchronize_part(std::string_view message) {
  return reading("Synchronize", message, [](Reader fields) {
    SynchronizePart part;
    while (fields.next()) {
      switch (fields.tag()) {
        case 1:
          part.sandboxes.push_back(decode_sandbox(submessage(fields)));
          break;
        case 3:
          part.more = number(fields) != 0;
          break;
        default:
          fields.skip();
      }
    }
    return part;
  });
}

std::string encode_more() {
  std::string message;
  protozero::pbf_writer(message).add_bool(2, true);
  return message;
}

Result<Sandbox> decode_sandbox_request(std::string_view message) {
  return reading("an event of a sandbox", message, [](Reader fields) {
    std::optional<Reader> sandbox;
    while (fields.next()) {
      fields.tag() == 1 ? void(sandbox = submessage(fields)) : fields.skip();
    }
    return decode_required(sandbox);
  });
}

Result<StateChange> decode_state_change(std::string_view message) {
  return reading("StateChange", message, [](Reader fields) {
    int event = 0;
    std::optional<Reader> sandbox;
    while (fields.next()) {
      switch (fields.tag()) {
        case 1:
          event = static_cast<int>(number(fields));
          break;
        case 2:
          sandbox = submessage(fields);
          break;
        default:
          fields.skip();
      }
    }
    if (event < kRunPodSandbox || event > kRemovePodSandbox) return StateChange{event, {}};
    return StateChange{event, decode_required(sandbox)};
  });
}

}  // namespace portcullis::nri
