#pragma once

#include <string>
#include <vector>

#include "compiler/base/overloaded.h"
#include "daemon/nri/conversation.h"

namespace portcullis::nri {

// "started web, call 5".
inline std::string to_text(const Event& event) {
  return std::visit(
      Overloaded{[](const Configured& each) { return "configured by " + each.runtime; },
                 [](const Synchronized& each) {
                   std::string text = "synchronized";
                   for (const auto& sandbox : each.sandboxes) text += ' ' + sandbox.name;
                   return text;
                 },
                 [](const Started& each) {
                   return "started " + each.sandbox.name + ", call " + std::to_string(each.call);
                 },
                 [](const Stopped& each) { return "stopped " + each.sandbox.name; },
                 [](const Removed& each) { return "removed " + each.sandbox.name; },
                 [](const ShutDown&) { return std::string("shut down"); }},
      event);
}

// What a conversation makes of bytes, in order; an error comes last, as "! ...".
inline std::vector<std::string> hear(Conversation& conversation, std::string_view bytes) {
  std::vector<std::string> texts;
  const auto heard = conversation.receive(bytes);
  for (const auto& event : heard.events) texts.push_back(to_text(event));
  if (heard.error) texts.push_back("! " + heard.error->message);
  return texts;
}

}  // namespace portcullis::nri
