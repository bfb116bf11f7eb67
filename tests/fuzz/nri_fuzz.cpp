#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/nri/conversation.h"
#include "tests/support/nri/runtime_words.h"
#include "tests/unit/daemon/nri/conversation_text.h"

namespace {

using namespace portcullis;

void require(bool holds) {
  if (!holds) abort();
}

// What a conversation tells of the bytes, up to an error. It answers what it may.
std::vector<std::string> converse(std::string_view bytes, std::size_t piece) {
  nri::Conversation conversation;
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto heard = conversation.receive(bytes.substr(at, piece));
    for (const auto& event : heard.events) {
      texts.push_back(nri::to_text(event));
      const auto* started = std::get_if<nri::Started>(&event);
      if (started != nullptr) conversation.answer(started->call);
    }
    if (!heard.error) continue;
    require(!heard.error->message.empty());
    texts.push_back("! " + heard.error->message);
    break;
  }
  auto output = conversation.take_output();
  test::PluginFrame frame;
  while (test::take_frame(output, frame)) continue;
  require(output.empty());
  return texts;
}

}  // namespace

// Whatever a runtime sends: it means the same however it arrives, and what is said in return is
// whole. The first byte is 0 for bytes of the trunk, as in a recording, which begins with its first
// frame's connection; otherwise it chooses a method whose message the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array kMethods{"Configure", "Synchronize", "RunPodSandbox", "StateChange"};
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (data[0] != 0) {
    bytes = test::request(1, {kMethods[data[0] % kMethods.size()], bytes.substr(1)}) +
            test::request(3, {"Shutdown"});
  }
  const auto texts = converse(bytes, bytes.size());
  require(texts == converse(bytes, 5));
  require(texts == converse(bytes, 64));
  return 0;
}
