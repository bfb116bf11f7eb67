#pragma once

#include <initializer_list>

namespace portcullis::test {

// Leaves this thread only these; false without them.
bool keep_capabilities(std::initializer_list<int> kept);

}  // namespace portcullis::test
