#include "tests/support/nri/runtime_words.h"

#include <ostream>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <stdexcept>

namespace portcullis::test {
namespace {

using Writer = protozero::pbf_writer;

constexpr std::size_t kHeads = 18;

std::string big_endian(std::uint64_t number) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>(number >> shift & 0xffU);
  }
  return bytes;
}

std::uint32_t big_endian_at(const std::string& bytes, std::size_t position) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number * 256 + static_cast<unsigned char>(bytes.at(position + i));
  }
  return number;
}

std::string pair_of(const std::string& first, const std::string& second) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(1, first);
  if (!second.empty()) message.add_string(2, second);
  return bytes;
}

// LinuxPodSandbox, with a namespace that is not the network's first.
std::string linux_message(const std::string& network_namespace) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(3, "/kubepods/besteffort");
  message.add_message(5, pair_of("ipc", ""));
  if (!network_namespace.empty()) message.add_message(5, pair_of("network", network_namespace));
  return bytes;
}

std::string field(protozero::pbf_tag_type tag, std::string_view value) {
  std::string bytes;
  Writer(bytes).add_bytes(tag, value.data(), value.size());
  return bytes;
}

}  // namespace

std::string sandbox_message(const RuntimeSandbox& sandbox) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(1, sandbox.id);
  message.add_string(2, sandbox.name);
  message.add_string(3, sandbox.uid);
  message.add_string(4, sandbox.ns);
  for (const auto& [key, value] : sandbox.labels) message.add_message(5, pair_of(key, value));
  message.add_message(6, pair_of("kubernetes.io/config.source", "api"));
  message.add_message(8, linux_message(sandbox.network_namespace));
  message.add_uint32(9, 4711);
  for (const auto& address : sandbox.addresses) message.add_string(10, address);
  return bytes;
}

std::string event_message(const RuntimeSandbox& sandbox) {
  return field(1, sandbox_message(sandbox));
}

std::string state_change_message(int event, const RuntimeSandbox& sandbox) {
  std::string bytes;
  Writer(bytes).add_enum(1, event);
  return bytes + field(2, sandbox_message(sandbox));
}

std::string synchronize_message(const std::vector<RuntimeSandbox>& sandboxes, bool more) {
  std::string bytes;
  Writer message(bytes);
  for (const auto& sandbox : sandboxes) message.add_message(1, sandbox_message(sandbox));
  message.add_message(2, pair_of("a container", "4f2a"));
  if (more) message.add_bool(3, true);
  return bytes;
}

std::string configure_message(std::string_view runtime, std::string_view version) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(2, runtime.data(), runtime.size());
  message.add_string(3, version.data(), version.size());
  message.add_int64(4, 5000);
  message.add_int64(5, 2000);
  message.add_string(6, "v0.12.3");
  return bytes;
}

std::string trunk_frame(std::uint32_t connection, std::string_view payload) {
  return big_endian(connection) + big_endian(payload.size()) + std::string(payload);
}

std::string call_frame(std::uint32_t stream, char type, std::string_view message) {
  return big_endian(message.size()) + big_endian(stream) + type + '\0' + std::string(message);
}

std::string request(std::uint32_t stream, const RuntimeCall& call) {
  std::string bytes;
  Writer message(bytes);
  message.add_string(1, call.service);
  message.add_string(2, call.method);
  message.add_bytes(3, call.message);
  if (call.limit.count() != 0) message.add_int64(4, call.limit.count());
  message.add_message(5, pair_of("containerd-namespace-ttrpc", "k8s.io"));
  return trunk_frame(1, call_frame(stream, 1, bytes));
}

std::string response(std::uint32_t stream, int code, std::string_view text) {
  std::string status;
  Writer(status).add_int32(1, code);
  const auto bytes = code == 0 ? "" : field(1, status + field(2, text));
  return trunk_frame(2, call_frame(stream, 2, bytes));
}

std::ostream& operator<<(std::ostream& out, const PluginFrame& frame) {
  return out << "type " << frame.type << " on connection " << frame.connection << ", stream "
             << frame.stream << ", " << frame.message.size() << " bytes";
}

bool take_frame(std::string& bytes, PluginFrame& frame) {
  if (bytes.size() < kHeads) return false;
  const auto size = big_endian_at(bytes, 8);
  if (big_endian_at(bytes, 4) != size + 10 || size + 10 > 4096) {
    throw std::runtime_error("not one short call in its own frame");
  }
  if (bytes.size() < kHeads + size) return false;
  frame = {big_endian_at(bytes, 0), big_endian_at(bytes, 12), bytes[16],
           bytes.substr(kHeads, size)};
  bytes.erase(0, kHeads + size);
  return true;
}

Registration read_registration(const PluginFrame& frame) {
  Registration registration;
  protozero::pbf_reader fields(frame.message);
  fields.next(1);
  registration.service = fields.get_string();
  fields.next(2);
  registration.method = fields.get_string();
  fields.next(3);
  protozero::pbf_reader payload(fields.get_view());
  payload.next(1);
  registration.plugin = payload.get_string();
  payload.next(2);
  registration.index = payload.get_string();
  return registration;
}

}  // namespace portcullis::test
