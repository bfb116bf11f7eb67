#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/selector.h"
#include "compiler/policy/peer_selector.h"

// Objects as text for content_hash(): different values never give the same text.
namespace portcullis {

void put(std::string& content, std::string_view text);
void put(std::string& content, const LabelSelector& selector);
void put(std::string& content, const std::vector<PeerSelector>& selectors);

}  // namespace portcullis
