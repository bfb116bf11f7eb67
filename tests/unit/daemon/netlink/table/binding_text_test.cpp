#include "compiler/binding/binding_rules.h"
#include "compiler/ruleset/print.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"

// The bindings of pods' interfaces, in both tables, as nft(8) reads and lists them.
namespace portcullis::test {
namespace {

std::vector<Address> addresses(std::initializer_list<const char*> texts) {
  std::vector<Address> addresses;
  for (const auto* text : texts) addresses.push_back(*parse_address(text));
  return addresses;
}

// Routed and bridged pods, one of each without a pod; all options; and the sets of other parts.
Ruleset bindings() {
  Bindings bindings;
  bindings.ports[1] = {"veth1", "", 1, {"default", "a"}, addresses({"10.0.0.1", "fd00::1"})};
  bindings.ports[2] = {"veth2", "", 2, {}, {}};
  bindings.ports[3] = {"veth3", "br0", 3, {"default", "b"}, addresses({"10.0.0.3", "fd00::3"})};
  bindings.ports[4] = {"veth4", "br0", 4, {"default", "c"}, addresses({"fd00::4", "fd00::5"})};
  bindings.ports[5] = {"veth5", "br1", 5, {}, {}};
  BindingOptions options{{*parse_cidr("192.0.2.0/24"), *parse_cidr("2001:db8::/32")}};
  options.log_group = 7;
  options.unknown_pods = {{"cali*", "eth7", "veth1*"},
                          {*parse_cidr("10.0.0.0/24"), *parse_cidr("fd00::/64")}};
  auto ruleset = binding_rules(bindings, options);
  ruleset.sets["self-v4"].spec = {
      "self-v4", {FieldType::kIpv4Addr, FieldType::kIpv4Addr}, false, false, ""};
  ruleset.sets["self-v6"].spec = {
      "self-v6", {FieldType::kIpv6Addr, FieldType::kIpv6Addr}, false, false, ""};
  return ruleset;
}

class BindingText : public KernelTest {
 protected:
  void expect_listed() {
    const auto listed = run_nft(inside(), {"-s", "list", "ruleset"});
    EXPECT_TRUE(listed.ok()) << listed.err;
    EXPECT_EQ(list() + list("bridge"), print_nft(bindings()));
    load("flush ruleset; " + listed.out);
    EXPECT_EQ(list() + list("bridge"), print_nft(bindings()));
  }
};

TEST_F(BindingText, LoadsAndIsListedAsItIsPrinted) {
  load(print_nft(bindings()));
  expect_listed();
  EXPECT_TRUE(dumped() == bindings()) << print_nft(dumped());
}

TEST_F(BindingText, OfWhatIsCommittedLoadsAgain) {
  apply(bindings());
  expect_listed();
}

}  // namespace
}  // namespace portcullis::test
