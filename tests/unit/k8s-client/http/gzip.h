#pragma once

#include <string>

namespace portcullis::k8s::test {

std::string gzip(const std::string& text);

}  // namespace portcullis::k8s::test
