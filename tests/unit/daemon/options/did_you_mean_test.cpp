#include "daemon/options/did_you_mean.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

TEST(DidYouMean, NamesWhatATypingErrorMadeOfIt) {
  const std::vector<std::string> flags = {"--from", "--to", "--file", "-f"};
  EXPECT_EQ(did_you_mean("--form", flags), "; did you mean --from?");
  EXPECT_EQ(did_you_mean("--fil", flags), "; did you mean --file?");
  EXPECT_EQ(did_you_mean("--files", flags), "; did you mean --file?");
}

TEST(DidYouMean, SaysNothingOfWhatIsFarOff) {
  EXPECT_EQ(did_you_mean("--nonsense", {"--from", "--to"}), "");
  EXPECT_EQ(did_you_mean("x", {"-f"}), "");
  EXPECT_EQ(did_you_mean("--from", {}), "");
}

}  // namespace
}  // namespace portcullis
