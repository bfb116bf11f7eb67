#include "compiler/base/content_hash.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace portcullis {
namespace {

constexpr std::size_t kBytes = 16;

}  // namespace

std::string content_hash(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) !=
      1) {
    std::abort();  // out of memory, or no SHA-256 in this OpenSSL
  }
  std::string digits;
  digits.reserve(2 * kBytes);
  for (std::size_t i = 0; i < kBytes; ++i) {
    digits += "0123456789abcdef"[digest[i] >> 4U];
    digits += "0123456789abcdef"[digest[i] & 0xfU];
  }
  return digits;
}

}  // namespace portcullis
