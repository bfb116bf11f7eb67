#include "compiler/incremental/label_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {

// An item that counts how often one of its kind is copied: the work that an index does.
struct Counted {
  struct Record {
    std::string name;
    Labels labels;
    AnchorPlaces places;
  };

  explicit Counted(Record* of) : record(of) {}
  Counted(const Counted& other) : record(other.record) { ++copies; }
  Counted& operator=(const Counted& other) {
    record = other.record;
    ++copies;
    return *this;
  }
  ~Counted() = default;

  Record* record;
  static inline std::size_t copies = 0;
};

AnchorPlaces& places_of(const Counted& item) { return item.record->places; }

namespace {

using Names = std::vector<std::string>;

class Index : public testing::Test {
 protected:
  Counted::Record* add(const std::string& name, const std::string& text) {
    records_.push_back(std::make_unique<Counted::Record>());
    auto* record = records_.back().get();
    record->name = name;
    record->labels = labels(text);
    index_.add(record->labels, Counted(record));
    return record;
  }

  void remove(Counted::Record* record) { index_.remove(record->labels, Counted(record)); }

  Names with(const std::string& anchor) const {
    Names names;
    index_.for_each(anchor, [&](const Counted& item) { names.push_back(item.record->name); });
    std::sort(names.begin(), names.end());
    return names;
  }

  LabelIndex<Counted> index_;
  std::vector<std::unique_ptr<Counted::Record>> records_;
};

TEST_F(Index, FindsItemsByAKeyAndByAKeyWithItsValue) {
  add("a", "app=web,tier=x");
  add("b", "app=api");
  EXPECT_EQ(with("app"), (Names{"a", "b"}));
  EXPECT_EQ(with("app=web"), Names{"a"});
  EXPECT_EQ(with("tier"), Names{"a"});
  EXPECT_EQ(with("web"), Names{});
}

TEST_F(Index, ForgetsWhatWasRemovedInWhateverOrder) {
  for (const bool forwards : {true, false}) {
    std::vector<Counted::Record*> added;
    for (const auto* name : {"a", "b", "c", "d"}) {
      added.push_back(add(name, std::string("app=web,pod=") + name));
    }
    if (!forwards) std::reverse(added.begin(), added.end());
    remove(added[1]);
    EXPECT_EQ(with("app=web").size(), 3U);
    EXPECT_EQ(with("pod=" + added[1]->name), Names{});
    EXPECT_EQ(with("pod=" + added[3]->name), Names{added[3]->name});
    for (const int i : {0, 3, 2}) remove(added[static_cast<std::size_t>(i)]);
    EXPECT_EQ(with("app=web"), Names{});
    EXPECT_EQ(with("pod"), Names{});
  }
}

// Unique labels of a pod, like a StatefulSet's, and labels that all pods have.
TEST_F(Index, WorkGrowsWithTheNumberOfItemsAndNotWithItsSquare) {
  constexpr std::size_t kFew = 1'000;
  constexpr std::size_t kMany = 8 * kFew;
  std::vector<std::size_t> work;
  for (const auto count : {kFew, kMany}) {
    Counted::copies = 0;
    std::vector<Counted::Record*> added;
    for (std::size_t i = 0; i < count; ++i) {
      added.push_back(add("p", "app=web,statefulset.kubernetes.io/pod-name=web-" +
                                   std::to_string((i * 7919) % count)));
    }
    for (auto* record : added) remove(record);
    work.push_back(Counted::copies);
  }
  EXPECT_LE(work[1], 9 * work[0]);
}

}  // namespace
}  // namespace portcullis::test
