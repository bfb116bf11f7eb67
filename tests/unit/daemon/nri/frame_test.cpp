#include "daemon/nri/frame.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/nri/runtime_words.h"

namespace portcullis::nri {
namespace {

using namespace std::string_literals;
using test::call_frame;
using test::trunk_frame;
using Texts = std::vector<std::string>;

// "connection: bytes" of each run of pieces of one connection, and why it ended.
Texts split(const std::string& bytes, std::size_t piece) {
  TrunkReader reader;
  Texts runs;
  const auto visit = [&](std::uint32_t connection, std::string_view part) -> Result<void> {
    const auto head = std::to_string(connection) + ": ";
    if (runs.empty() || !runs.back().starts_with(head)) runs.push_back(head);
    runs.back() += part;
    return {};
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (const auto added = reader.add(bytes.substr(at, piece), visit); !added) {
      runs.push_back("! " + added.error().message);
      break;
    }
  }
  return runs;
}

// "stream type message" of each frame, and why it ended.
Texts join(const Texts& pieces) {
  CallReader reader;
  Texts frames;
  const auto visit = [&](const CallFrame& frame) -> Result<void> {
    frames.push_back(std::to_string(frame.stream) +
                     (frame.type == CallType::kRequest ? " request " : " response ") +
                     std::string(frame.message));
    return {};
  };
  for (const auto& piece : pieces) {
    if (const auto added = reader.add(piece, visit); !added) {
      frames.push_back("! " + added.error().message);
      break;
    }
  }
  return frames;
}

TEST(TrunkReader, SplitsConnectionsHoweverTheBytesArrive) {
  const auto bytes = trunk_frame(1, "ab") + trunk_frame(2, "") + trunk_frame(2, "c") +
                     trunk_frame(1, "def") + "\0\0"s;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(split(bytes, piece), (Texts{"1: ab", "2: c", "1: def"})) << piece;
  }
}

TEST(TrunkReader, RejectsALengthThatNoCallHas) {
  const auto head = "\0\0\0\1\0\x40\0\x0a"s;
  EXPECT_EQ(split(head, 8), Texts{"1: "});
  EXPECT_EQ(split("\0\0\0\1\0\x40\0\x0b"s, 8),
            Texts{"! a frame of 4194315 bytes is longer than 4194314"});
  EXPECT_EQ(split("\0\0\0\1\xff\xff\xff\xff"s, 3),
            Texts{"! a frame of 4294967295 bytes is longer than 4194314"});
}

TEST(TrunkReader, StopsWhereItsVisitorDoes) {
  TrunkReader reader;
  int visits = 0;
  const auto added = reader.add(trunk_frame(1, "a") + trunk_frame(1, "b"),
                                [&](std::uint32_t, std::string_view) -> Result<void> {
                                  ++visits;
                                  return failure(ErrorCode::kIo, "enough");
                                });
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "enough");
  EXPECT_EQ(visits, 1);
}

TEST(CallReader, JoinsPiecesAndSeparatesFrames) {
  const auto bytes = call_frame(1, 1, "one") + call_frame(4294967295, 2, "") +
                     call_frame(3, 1, std::string(5000, 'x'));
  const Texts frames{"1 request one", "4294967295 response ",
                     "3 request " + std::string(5000, 'x')};
  EXPECT_EQ(join({bytes}), frames);
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    EXPECT_EQ(join({bytes.substr(0, at), bytes.substr(at)}), frames) << at;
  }
}

TEST(CallReader, RejectsALongMessageBeforeItArrives) {
  EXPECT_EQ(join({"\0\x40\0\0\0\0\0\1\1\0"s}), Texts{});
  EXPECT_EQ(join({"\0\x40\0\1\0\0\0\1\1\0"s}),
            Texts{"! a message of 4194305 bytes is longer than 4194304"});
}

TEST(CallReader, RejectsStreamingCallsAndUnknownTypes) {
  for (const char type : {'\0', '\3', '\4', '\xff'}) {
    const auto frames = join({call_frame(1, type, "")});
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0], "! a frame of type " + std::to_string(static_cast<unsigned char>(type)) +
                             " is neither request nor response");
  }
}

TEST(EncodeFrame, IsTheBytesOfBothHeads) {
  EXPECT_EQ(encode_frame(2, {0x01020304, CallType::kResponse, "hi"}),
            "\0\0\0\2"    // connection
            "\0\0\0\x0c"  // what follows
            "\0\0\0\2"    // the message
            "\1\2\3\4"    // stream
            "\2\0"        // response, no flags
            "hi"s);
}

}  // namespace
}  // namespace portcullis::nri
