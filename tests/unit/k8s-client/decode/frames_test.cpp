#include "k8s-client/decode/frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/protobuf/encode.h"

namespace portcullis::k8s {
namespace {

using Messages = std::vector<std::string>;

// Of a stream that comes in pieces of this size.
Messages messages_of(const std::string& stream, Encoding encoding, std::size_t piece) {
  Frames frames(encoding);
  Messages messages;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    EXPECT_TRUE(frames.add(std::string_view(stream).substr(at, piece),
                           [&](std::string_view message) { messages.emplace_back(message); }));
  }
  return messages;
}

TEST(Frames, AreTheSameHoweverTheStreamIsSplit) {
  const std::string longer(300, 'x');
  const auto framed =
      test::protobuf_frame("one") + test::protobuf_frame(longer) + test::protobuf_frame("three");
  const auto lines = "one\n" + longer + "\n\nthree\n";
  for (std::size_t piece = 1; piece <= framed.size(); ++piece) {
    EXPECT_EQ(messages_of(framed, Encoding::kProtobuf, piece), (Messages{"one", longer, "three"}));
    EXPECT_EQ(messages_of(lines, Encoding::kJson, piece), (Messages{"one", longer, "three"}));
  }
  EXPECT_EQ(messages_of(framed.substr(0, framed.size() - 1), Encoding::kProtobuf, 7),
            (Messages{"one", longer}));
  EXPECT_EQ(messages_of(lines.substr(0, lines.size() - 1), Encoding::kJson, 7),
            (Messages{"one", longer}));
}

TEST(Frames, AreRejectedBeforeTheyFillTheMemory) {
  Frames frames(Encoding::kProtobuf);
  const auto nobody = [](std::string_view) { FAIL(); };
  EXPECT_FALSE(frames.add("<html><head>", nobody));
  Frames lines(Encoding::kJson);
  const std::string piece(std::size_t{1} << 20U, 'x');
  std::size_t taken = 0;
  while (taken <= 2 * Frames::kLongest && lines.add(piece, nobody)) taken += piece.size();
  EXPECT_LE(taken, Frames::kLongest);
}

}  // namespace
}  // namespace portcullis::k8s
