#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/peer_selector.h"
#include "compiler/selector.h"

// Objects as text for content_hash(): different values never give the same text.
namespace portcullis {

void put(std::string& content, std::string_view text);
void put(std::string& content, const LabelSelector& selector);
void put(std::string& content, const std::vector<PeerSelector>& selectors);

}  // namespace portcullis
