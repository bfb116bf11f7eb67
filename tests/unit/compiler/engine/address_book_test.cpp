#include "compiler/engine/address_book.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

using SharedPod = std::shared_ptr<const Pod>;

SharedPod shared(const PodBuilder& builder) { return std::make_shared<const Pod>(builder.value()); }

// "shop/web", "shop/web contested", followed by " here" if it is of this node.
std::string holder(const AddressBook& book, const char* text) {
  const auto holder = book.holder(address(text));
  if (!holder.pod) return "nobody";
  return to_string(holder.pod->key) + (holder.contested ? " contested" : "") +
         (holder.local() ? " here" : "");
}

class Book : public testing::Test {
 protected:
  SharedPod add(const PodBuilder& builder) {
    auto pod = shared(builder);
    book_.apply({nullptr, pod});
    return pod;
  }

  AddressBook book_{"n1"};
};

TEST_F(Book, KnowsWhoHasAnAddressUntilItGoes) {
  EXPECT_EQ(holder(book_, "10.0.0.1"), "nobody");
  const auto web = add(pod("shop/web", "10.0.0.1 fd00::1"));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/web here");
  EXPECT_EQ(holder(book_, "fd00::1"), "shop/web here");
  const auto moved = shared(pod("shop/web", "10.0.0.2").on("n2"));
  book_.apply({web, moved});
  EXPECT_EQ(holder(book_, "10.0.0.1"), "nobody");
  EXPECT_EQ(holder(book_, "10.0.0.2"), "shop/web");
  book_.apply({moved, nullptr});
  EXPECT_EQ(holder(book_, "10.0.0.2"), "nobody");
}

TEST_F(Book, PodsOfTheHostsNetworkAndFinishedOnesHaveNone) {
  add(pod("shop/host", "10.0.0.1").host_network());
  add(pod("shop/done", "10.0.0.1").phase(PodPhase::kSucceeded));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "nobody");
}

TEST_F(Book, TheStrongerClaimHoldsAndTheOtherWaits) {
  const auto old = add(pod("shop/old", "10.0.0.1").created_at(1).on("n2"));
  const auto young = add(pod("shop/young", "10.0.0.1").created_at(2));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/young here");
  ASSERT_EQ(book_.conflicts().size(), 1U);
  EXPECT_EQ(book_.conflicts()[0].other, old->key);
  book_.apply({young, nullptr});
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/old");
  EXPECT_TRUE(book_.conflicts().empty());
}

// Whose policies this node applies to it, whoever has the better claim.
std::string subject(const AddressBook& book, const char* text) {
  const auto holder = book.holder(address(text));
  if (!holder.local()) return "nobody";
  return to_string(holder.subject.pod->key) + (holder.subject.contested ? " contested" : "");
}

TEST_F(Book, AnAddressIsJudgedByTheBestClaimOfThisNode) {
  add(pod("shop/a", "10.0.0.1").created_at(2).on("n2"));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/a");
  add(pod("shop/weak", "10.0.0.1").created_at(1));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/a here");
  EXPECT_EQ(subject(book_, "10.0.0.1"), "shop/weak");
  add(pod("shop/b", "10.0.0.1").created_at(2).on("n3"));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/a contested here");
  EXPECT_EQ(subject(book_, "10.0.0.1"), "shop/weak");
  add(pod("shop/c", "10.0.0.1").created_at(2));
  EXPECT_EQ(holder(book_, "10.0.0.1"), "shop/a contested here");
  EXPECT_EQ(subject(book_, "10.0.0.1"), "shop/c contested");
  EXPECT_EQ(book_.conflicts().size(), 3U);
}

}  // namespace
}  // namespace portcullis::test
