#include "daemon/options/config_file.h"

#include <gtest/gtest.h>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

class ConfigFile : public testing::Test {
 protected:
  Result<std::vector<ConfigEntry>> read(std::string_view text) {
    test::write_file(file_, text);
    return read_config_file(file_);
  }

  // The message without the file name before it.
  std::string error_of(std::string_view text) {
    const auto entries = read(text);
    if (entries) return "";
    const std::string& message = entries.error().message;
    return message.rfind(file_, 0) == 0 ? message.substr(file_.size()) : message;
  }

  test::TemporaryDirectory directory_;
  std::string file_ = directory_ / "config.yaml";
};

TEST_F(ConfigFile, YieldsItsEntriesWithTheirLines) {
  const auto entries = read("# comment\nmanifests: /m\n\nlisten: \"off\"\nnode-name: 12\n");
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].key, "manifests");
  EXPECT_EQ((*entries)[0].value, "/m");
  EXPECT_EQ((*entries)[0].line, 2);
  EXPECT_EQ((*entries)[1].value, "off");
  EXPECT_EQ((*entries)[1].line, 4);
  EXPECT_EQ((*entries)[2].value, "12");
}

TEST_F(ConfigFile, MayBeEmpty) {
  EXPECT_TRUE(read("") && read("")->empty());
  EXPECT_TRUE(read("# nothing\n") && read("# nothing\n")->empty());
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyOfAWrongType) {
  EXPECT_EQ(error_of("a: 1\nb: [x]\n"), ":2: b: must be a single value, not a list");
  EXPECT_EQ(error_of("b:\n  c: x\n"), ":1: b: must be a single value, not a mapping");
  EXPECT_EQ(error_of("a: 1\n\nb:\n"), ":3: b: has no value");
}

TEST_F(ConfigFile, NamesADuplicateKeyAndBothLines) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), ":3: a: is already set on line 1");
}

TEST_F(ConfigFile, MustBeOneMapping) {
  EXPECT_EQ(error_of("- a\n"), ":1: must be a mapping of option names to values");
  EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("second document"), std::string::npos);
}

TEST_F(ConfigFile, ReportsBrokenYamlWithItsLine) {
  EXPECT_EQ(error_of("a: 1\n b: 2\n").rfind(":2: is not YAML: ", 0), 0U);
  EXPECT_EQ(error_of("a: 1\nb: {\n").rfind(":3: is not YAML: ", 0), 0U);
}

TEST_F(ConfigFile, NamesAFileThatCannotBeRead) {
  const auto missing = read_config_file(directory_ / "missing.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("missing.yaml: No such file"), std::string::npos);
  const auto directory = read_config_file(directory_.path());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("Is a directory"), std::string::npos);
}

}  // namespace
}  // namespace portcullis
