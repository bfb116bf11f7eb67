#include "k8s-client/http/gunzip.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/k8s-client/http/gzip.h"

namespace portcullis::k8s {
namespace {

using test::gzip;

// Text of which some repeats, so that 64 KB of it come from a few bytes.
std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += i % 3 == 0 ? std::string(20'000, 'a') : "pod-" + std::to_string(i * i);
  }
  text.resize(size);
  return text;
}

struct Read {
  std::string text;
  std::string error{};
  bool complete = false;
};

Read read(const std::string& compressed, std::size_t piece) {
  Gunzip gunzip;
  Read read;
  for (std::size_t at = 0; at < compressed.size(); at += piece) {
    gunzip.give(std::string_view(compressed).substr(at, piece));
    while (true) {
      const auto text = gunzip.read();
      if (!text) return {read.text, text.error().message, gunzip.complete()};
      if (text->empty()) break;
      read.text += *text;
    }
  }
  read.complete = gunzip.complete();
  return read;
}

TEST(Gunzip, ReadsTheTextWhateverThePieces) {
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 1'000'000UL}) {
    const auto text = text_of(size);
    const auto compressed = gzip(text);
    for (const std::size_t piece : {1UL, 7UL, 1'000UL, 1'000'000UL}) {
      const auto got = read(compressed, piece);
      EXPECT_EQ(got.text, text) << size << ' ' << piece;
      EXPECT_EQ(got.error, "");
      EXPECT_TRUE(got.complete) << size << ' ' << piece;
    }
  }
}

TEST(Gunzip, ReadsOneMemberAfterAnother) {
  const auto text = text_of(100'000);
  for (const std::size_t piece : {1UL, 100UL, 1'000'000UL}) {
    const auto got = read(gzip(text) + gzip("") + gzip("end"), piece);
    EXPECT_EQ(got.text, text + "end") << piece;
    EXPECT_EQ(got.error, "");
    EXPECT_TRUE(got.complete);
  }
}

TEST(Gunzip, ATornBodyIsNotComplete) {
  const auto compressed = gzip(text_of(100'000));
  for (std::size_t size = 0; size < compressed.size(); ++size) {
    const auto got = read(compressed.substr(0, size), 100);
    EXPECT_EQ(got.error, "") << size;
    EXPECT_FALSE(got.complete) << size;
  }
}

TEST(Gunzip, DamageIsFound) {
  const auto compressed = gzip(text_of(100'000));
  for (std::size_t at = compressed.size() - 8; at < compressed.size(); ++at) {  // checksum, length
    auto damaged = compressed;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_NE(read(damaged, 100).error, "") << at;
  }
  EXPECT_NE(read(R"({"kind":"PodList"})", 100).error, "");
  EXPECT_NE(read(compressed + "more", compressed.size() + 4).error, "");
  EXPECT_NE(read(compressed + "more", compressed.size()).error, "");
}

}  // namespace
}  // namespace portcullis::k8s
