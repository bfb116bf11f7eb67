#include "tests/packet/semantics/arrivals.h"

#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"

namespace portcullis::test {

void ArrivalsTest::count_arrivals(const std::string& endpoint,
                                  const std::vector<std::string>& matches) {
  count(endpoint, "inet", "prerouting priority raw", matches);
}

void ArrivalsTest::count_deliveries(const std::string& endpoint,
                                    const std::vector<std::string>& matches) {
  count(endpoint, "inet", "input priority filter", matches);
}

void ArrivalsTest::count_arp_arrivals(const std::string& endpoint,
                                      const std::vector<std::string>& matches) {
  count(endpoint, "arp", "input priority filter", matches);
}

void ArrivalsTest::count(const std::string& endpoint, const std::string& family,
                         const std::string& hook, const std::vector<std::string>& matches) {
  const auto table = "table " + family + " arrivals";
  std::string script =
      table + "\ndelete " + table + "\n" + table + " {\nchain c {\ntype filter hook " + hook + "\n";
  for (const auto& match : matches) script += match + " counter accept\n";
  const auto loaded =
      run_command(playground().endpoint(endpoint).netns, {"nft", "-f", "-"}, script + "}\n}\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
}

bool ArrivalsTest::arrives(const std::string& endpoint, const std::function<bool()>& send) {
  const auto arrived_before = arrived(endpoint);
  const auto dropped_before = dropped();
  EXPECT_TRUE(send());
  bool came = false;
  EXPECT_TRUE(wait_until([&] {
    came = arrived(endpoint) > arrived_before;
    return came || dropped() > dropped_before;
  })) << "neither arrived nor dropped";
  return came;
}

std::size_t ArrivalsTest::arrived(const std::string& endpoint) {
  return counted_packets(endpoint, "inet arrivals") + counted_packets(endpoint, "arp arrivals");
}

std::size_t ArrivalsTest::dropped() {
  std::size_t packets = 0;
  for (const auto& node : playground().topology().nodes) packets += dropped_packets(node);
  return packets;
}

}  // namespace portcullis::test
