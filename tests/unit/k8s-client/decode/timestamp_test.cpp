#include "k8s-client/decode/timestamp.h"

#include <gtest/gtest.h>

#include <string>

namespace portcullis::k8s {
namespace {

TEST(Timestamp, IsSecondsSinceTheEpoch) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_timestamp("2024-02-29T12:34:56Z"), 1709210096);
  EXPECT_EQ(parse_timestamp("2024-02-29T12:34:56.789Z"), 1709210096);
  EXPECT_EQ(parse_timestamp("2024-02-29T14:34:56+02:00"), 1709210096);
  EXPECT_EQ(parse_timestamp("2024-02-29T07:04:56-05:30"), 1709210096);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1);
}

TEST(Timestamp, RefusesWhatIsNone) {
  for (const auto* bad :
       {"", "yesterday", "2024-02-29", "2024-02-29T12:34:56", "2023-02-29T12:34:56Z",
        "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Zz", "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+24:00",
        "+024-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_timestamp(bad), std::nullopt) << bad;
  }
}

TEST(Timestamp, RefusesAnEndlessFraction) {
  const auto with_digits = [](std::size_t digits) {
    return parse_timestamp("1970-01-01T00:00:01." + std::string(digits, '1') + "Z");
  };
  EXPECT_EQ(with_digits(30), 1);
  EXPECT_EQ(with_digits(1'000'000), std::nullopt);
}

}  // namespace
}  // namespace portcullis::k8s
