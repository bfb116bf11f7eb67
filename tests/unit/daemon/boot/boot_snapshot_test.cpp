#include "daemon/boot/boot_snapshot.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "daemon/base/private_file.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis {
namespace {

class BootSnapshot : public testing::Test {
 protected:
  void save(const Ruleset& ruleset, const std::string& node = "node") {
    const auto done = save_boot_snapshot(file_, ruleset, node);
    ASSERT_TRUE(done) << done.error().message;
  }

  std::string text() const { return read_private_file(file_).value(); }

  void overwrite(const std::string& text) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << text;
  }

  void put(std::size_t at, char byte) {
    std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at)).put(byte);
  }

  // Why it is not loaded; empty: it is.
  std::string refusal(const std::string& node = "node") const {
    const auto loaded = load_boot_snapshot(file_, node);
    return loaded ? "" : loaded.error().message;
  }

  void expect_refused(const std::string& why, const std::string& node = "node") const {
    const std::string words = refusal(node);
    EXPECT_NE(words.find(why), std::string::npos) << words;
    EXPECT_NE(words.find(file_), std::string::npos) << words;
  }

  ino_t inode() const {
    struct stat status {};
    EXPECT_EQ(stat(file_.c_str(), &status), 0);
    return status.st_ino;
  }

  const test::TemporaryDirectory directory_;
  const std::string file_ = directory_ / "ruleset";
};

TEST_F(BootSnapshot, IsWhatWasSaved) {
  save(test::everything());
  const auto loaded = load_boot_snapshot(file_, "node");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->ruleset == test::everything());
  EXPECT_TRUE(loaded->of_this_boot);
}

TEST_F(BootSnapshot, HoldsSetsOfManyMessages) {
  Ruleset ruleset = test::everything();
  test::add(ruleset, test::big_set(20'000).sets.at("peer-v4-big"));
  save(ruleset);
  EXPECT_TRUE(load_boot_snapshot(file_, "node").value().ruleset == ruleset);
}

TEST_F(BootSnapshot, IsNotWrittenAgainForTheSame) {
  save(test::everything());
  const auto before = inode();
  save(test::everything());
  EXPECT_EQ(inode(), before);
  save(test::dispatch({"10.0.0.1"}));
  EXPECT_NE(inode(), before);
}

TEST_F(BootSnapshot, IsWrittenAgainWhenItIsGoneOrSpoilt) {
  save(test::everything());
  std::filesystem::remove(file_);
  save(test::everything());
  EXPECT_EQ(refusal(), "");
  overwrite("spoilt");
  save(test::everything());
  EXPECT_EQ(refusal(), "");
  std::filesystem::permissions(file_, std::filesystem::perms::all);
  save(test::everything());
  EXPECT_EQ(refusal(), "");
}

TEST_F(BootSnapshot, AnyOtherByteIsNoticed) {
  save(test::dispatch({"10.0.0.1", "10.0.0.2"}));
  const std::string good = text();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char flip : {'\x01', '\x80'}) {
      put(i, static_cast<char>(good[i] ^ flip));
      ASSERT_NE(refusal(), "") << "byte " << i;
    }
    put(i, good[i]);
  }
  EXPECT_EQ(refusal(), "");
}

TEST_F(BootSnapshot, AnyOtherLengthIsNoticed) {
  save(test::dispatch({"10.0.0.1"}));
  const std::string good = text();
  for (std::size_t size = good.size(); size-- > 0;) {
    std::filesystem::resize_file(file_, size);
    ASSERT_NE(refusal(), "") << size << " bytes";
  }
  overwrite(good + '\0');
  expect_refused("damaged");
}

TEST_F(BootSnapshot, OfAnotherNodeIsForeign) {
  save(test::everything(), "other");
  expect_refused("it is from node \"other\", but this is \"node\"");
  save(test::everything(), "node-1");
  expect_refused("it is from node \"node-1\"");
  EXPECT_EQ(refusal("node-1"), "");
}

// That is, of an earlier boot, whose tables are gone.
TEST_F(BootSnapshot, KnowsWhetherItIsOfThisBootOfTheNetworkNamespace) {
  auto other = test::NetworkNamespace::create();
  if (!other) GTEST_SKIP() << other.error().message;
  other->run([&] { save(test::everything()); });
  EXPECT_FALSE(load_boot_snapshot(file_, "node").value().of_this_boot);
  save(test::everything());
  EXPECT_TRUE(load_boot_snapshot(file_, "node").value().of_this_boot) << "it is written again";
}

TEST_F(BootSnapshot, OfAnotherFormatIsNotRead) {
  save(test::everything());
  std::string other = text();
  other.replace(other.find('2'), 1, "3");
  overwrite(other);
  expect_refused("not written by this version");
  overwrite("table inet portcullis { }\n");
  expect_refused("not written by this version");
}

TEST_F(BootSnapshot, OthersMustNotBeAbleToWriteIt) {
  save(test::everything());
  ASSERT_EQ(chmod(file_.c_str(), 0660), 0);
  expect_refused("users other than its owner");
}

TEST_F(BootSnapshot, MissingIsNotFound) {
  EXPECT_EQ(load_boot_snapshot(file_, "node").error().code, ErrorCode::kNotFound);
}

TEST_F(BootSnapshot, WhatEnforcesNothingReplacesNothing) {
  save(test::everything());
  Ruleset flushed = test::everything();
  Ruleset unhooked = test::everything();
  for (auto& [name, chain] : flushed.chains) {
    if (chain.spec.base) chain.rules.clear();
  }
  for (auto& [name, chain] : unhooked.chains) chain.spec.base.reset();
  Ruleset foreign = test::everything();
  foreign.chains.at("out-1").rules.push_back({{Foreign{"log"}}});
  for (const auto& wrong : {Ruleset(), flushed, unhooked, foreign}) {
    EXPECT_FALSE(save_boot_snapshot(file_, wrong, "node"));
  }
  EXPECT_TRUE(load_boot_snapshot(file_, "node").value().ruleset == test::everything());
}

}  // namespace
}  // namespace portcullis
