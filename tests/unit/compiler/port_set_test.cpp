#include "compiler/port_set.h"

#include <gtest/gtest.h>

namespace portcullis::test {
namespace {

TEST(PortSet, RangesOfTwoProtocolsNeverTouch) {
  const PortSet whole = {port_interval(Protocol::kTcp, {0, 65535}),
                         port_interval(Protocol::kUdp, {0, 65535}),
                         port_interval(Protocol::kSctp, {0, 65535})};
  EXPECT_EQ(merge(whole), whole);
}

TEST(PortSet, RangesOfOneProtocolMerge) {
  const PortSet touching = {port_interval(Protocol::kTcp, {81, 90}),
                            port_interval(Protocol::kTcp, {80, 80})};
  EXPECT_EQ(merge(touching), PortSet{port_interval(Protocol::kTcp, {80, 90})});
}

TEST(PortSet, HoldsTheProtocolAboveThePort) {
  EXPECT_EQ(port_interval(Protocol::kUdp, {53, 54}), (Interval<std::uint32_t>{0x110035, 0x110036}));
}

}  // namespace
}  // namespace portcullis::test
