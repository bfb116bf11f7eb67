#include "compiler/engine/label_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {

struct Record {
  std::string name;
  Labels labels;
  std::uint32_t place = 0;
};

// A pointer to a record, which counts the work of an index: how often the labels of any are read,
// and two are compared.
struct Counted {
  explicit Counted(Record* of) : record(of) {}
  bool operator==(const Counted& other) const {
    ++comparisons;
    return record == other.record;
  }

  Record* record;
  static inline std::size_t reads = 0;
  static inline std::size_t comparisons = 0;
};

const Labels& labels_of(const Counted& item) {
  ++Counted::reads;
  return item.record->labels;
}

std::uint32_t& place_of(const Counted& item) { return item.record->place; }

}  // namespace portcullis::test

template <>
struct std::hash<portcullis::test::Counted> {
  std::size_t operator()(const portcullis::test::Counted& item) const {
    return std::hash<portcullis::test::Record*>()(item.record);
  }
};

namespace portcullis::test {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kEvery = "";  // namespace, or item

class Index : public testing::Test {
 protected:
  Record* add(const std::string& ns, const std::string& name, const std::string& text) {
    records_.push_back(std::make_unique<Record>(Record{name, labels(text)}));
    index_.add(ns, Counted(records_.back().get()));
    return records_.back().get();
  }

  Names with(const std::string& ns, const std::string& anchor) const {
    Names names;
    index_.for_each(
        ns, anchor, [](const std::string& of) { return of != "refused"; },
        [&](const Counted& item) { names.push_back(item.record->name); });
    std::sort(names.begin(), names.end());
    return names;
  }

  // 1,000 items, and how many times their labels are read to name that many of their own.
  std::size_t reads_of_naming(std::size_t count) {
    for (std::size_t i = 0; i < 1'000; ++i) add("shop", "p", "app=web,pod=" + std::to_string(i));
    Anchors anchors;
    anchors.reserve(count);
    for (std::size_t i = 0; i < count; ++i) anchors.push_back("pod=" + std::to_string(i));
    Counted::reads = 0;
    index_.name("shop", anchors);
    EXPECT_EQ(index_.entries(), count);
    return Counted::reads;
  }

  LabelIndex<Counted> index_;
  std::vector<std::unique_ptr<Record>> records_;
};

TEST_F(Index, FindsItemsByAKeyAndByAKeyWithItsValue) {
  index_.name("shop", {"app", "app=web"});
  add("shop", "a", "app=web,tier=x");
  add("shop", "b", "app=api");
  add("bank", "c", "app=web");
  index_.name("shop", {"tier", "web"});
  EXPECT_EQ(with("shop", "app"), (Names{"a", "b"}));
  EXPECT_EQ(with("shop", "app=web"), Names{"a"});
  EXPECT_EQ(with("shop", "tier"), Names{"a"});
  EXPECT_EQ(with("shop", "web"), Names{});
}

TEST_F(Index, FindsItemsOfAllNamespacesOrOfThoseThatAreAccepted) {
  add("shop", "a", "app=web");
  index_.name(kEvery, {"app=web"});
  add("bank", "b", "app=web");
  add("refused", "c", "app=web");
  EXPECT_EQ(with(kEvery, "app=web"), (Names{"a", "b"}));
  EXPECT_EQ(with("bank", "app=web"), Names{"b"});
  EXPECT_EQ(with(kEvery, kEvery), (Names{"a", "b"}));
  EXPECT_EQ(with("shop", kEvery), Names{"a"});
}

TEST_F(Index, ForgetsWhatWasRemovedInWhateverOrder) {
  for (const bool forwards : {true, false}) {
    std::vector<Record*> added;
    for (const auto* name : {"a", "b", "c", "d"}) {
      added.push_back(add("shop", name, std::string("app=web,pod=") + name));
    }
    index_.name("shop", {"app=web", "pod=" + added[0]->name});
    if (!forwards) std::reverse(added.begin(), added.end());
    for (const int i : {1, 0, 3, 2}) {
      EXPECT_EQ(with("shop", "app=web"), with("shop", kEvery));
      index_.remove("shop", Counted(added[static_cast<std::size_t>(i)]));
    }
    EXPECT_EQ(with("shop", kEvery), Names{});
    EXPECT_EQ(index_.entries(), 0U);
    index_.forget("shop", {"app=web", "pod=" + added[forwards ? 0 : 3]->name});
  }
}

// Each anchor is named in a namespace, in all, in both or in none.
TEST_F(Index, KeepsWhatIsNamedAndNothingElse) {
  for (const auto* ns : {"shop", "bank"}) {
    for (const auto* name : {"a", "b"}) add(ns, name, std::string("app=web,pod=") + name);
  }
  EXPECT_EQ(index_.entries(), 0U);
  index_.name("shop", {"app"});
  EXPECT_EQ(index_.entries(), 2U);
  index_.name(kEvery, {"app", "pod=a"});
  EXPECT_EQ(index_.entries(), 6U);
  index_.name("bank", {"pod=a"});
  EXPECT_EQ(index_.entries(), 6U);
  index_.forget(kEvery, {"app", "pod=a"});
  EXPECT_EQ(index_.entries(), 3U);
  EXPECT_EQ(with("shop", "app"), (Names{"a", "b"}));
  EXPECT_EQ(with("bank", "pod=a"), Names{"a"});
  index_.forget("shop", {"app"});
  index_.forget("bank", {"pod=a"});
  EXPECT_EQ(index_.entries(), 0U);
}

// A label of an item's own, and one that all have.
TEST_F(Index, WorkGrowsWithTheNumberOfItemsAndNotWithItsSquare) {
  constexpr std::size_t kItems = 8'000;
  index_.name("shop", {"app=web", "pod"});
  Counted::comparisons = Counted::reads = 0;
  std::vector<Record*> added;
  added.reserve(kItems);
  for (std::size_t i = 0; i < kItems; ++i) {
    added.push_back(add("shop", "p", "app=web,pod=" + std::to_string((i * 7919) % kItems)));
  }
  for (auto* record : added) index_.remove("shop", Counted(record));
  EXPECT_LE(Counted::reads, 2 * kItems);
  EXPECT_LE(Counted::comparisons, 16 * kItems);
}

// Read are the labels of the items that have it, and of few others.
TEST_F(Index, NamingAnAnchorReadsFewLabels) { EXPECT_LE(reads_of_naming(1), 20U); }

TEST_F(Index, NamingManyAnchorsReadsAllLabelsOnce) { EXPECT_LE(reads_of_naming(500), 1'000U); }

TEST_F(Index, NamingAnAnchorAgainReadsNothing) {
  add("shop", "a", "app=web");
  index_.name(kEvery, {"app"});
  Counted::reads = 0;
  index_.name("shop", {"app"});
  EXPECT_EQ(Counted::reads, 0U);
  EXPECT_EQ(with("shop", "app"), Names{"a"});
}

}  // namespace
}  // namespace portcullis::test
