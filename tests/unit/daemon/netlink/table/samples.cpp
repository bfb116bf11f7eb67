#include "tests/unit/daemon/netlink/table/samples.h"

#include <algorithm>

namespace portcullis::test {

using enum FieldType;
using enum Field;

ElementKey address_key(const std::string& text) { return ElementKey().append(address(text)); }

ElementKey service(std::uint8_t protocol, std::uint16_t port) {
  return ElementKey().append_port(port).append_protocol(protocol);
}

ElementKey endpoint(const std::string& text, std::uint8_t protocol, std::uint16_t port) {
  return address_key(text).append_port(port).append_protocol(protocol);
}

Element value(const ElementKey& key) { return {key, {}, {}}; }
Element range(const ElementKey& first, const ElementKey& last) { return {first, last, {}}; }
Element range(const std::string& first, const std::string& last) {
  return range(address_key(first), address_key(last));
}
Element jump(const std::string& text, const std::string& chain) {
  return {address_key(text), {}, chain};
}

Set make_set(SetSpec spec, std::vector<Element> elements) {
  std::sort(elements.begin(), elements.end());
  return {std::move(spec), std::move(elements)};
}

Chain make_chain(const std::string& name, std::vector<Rule> rules) {
  return {ChainSpec{name, {}, {}}, std::move(rules)};
}

Rule verdict(Verdict::Kind kind) { return Rule{{Verdict{kind}}}; }

void add(Ruleset& ruleset, Set set) {
  const std::string name = set.spec.name;
  ruleset.sets[name] = std::move(set);
}

void add(Ruleset& ruleset, Chain chain) {
  const std::string name = chain.spec.name;
  ruleset.chains[name] = std::move(chain);
}

namespace {

void add_hash_sets(Ruleset& ruleset) {
  add(ruleset, make_set({"peer-v4-1", {kIpv4Addr}, false, false, "default: app=frontend"},
                        {value(address_key("10.0.0.1")), value(address_key("10.0.0.2")),
                         value(address_key("0.0.0.0")), value(address_key("255.255.255.255"))}));
  add(ruleset, make_set({"peer-v6-1", {kIpv6Addr}, false, false, ""},
                        {value(address_key("fd00::1")), value(address_key("::")),
                         value(address_key("ffff::"))}));
  add(ruleset,
      make_set({"named-v4-1", {kIpv4Addr, kInetService, kInetProto}, false, false, ""},
               {value(endpoint("10.0.0.1", 6, 80)), value(endpoint("10.0.0.2", 132, 53))}));
  add(ruleset, make_set({"named-v6-1", {kIpv6Addr, kInetService, kInetProto}, false, false, ""},
                        {value(endpoint("fd00::1", 17, 53))}));
  add(ruleset, make_set({"port-1", {kInetService, kInetProto}, false, false, "tcp 80, udp 53"},
                        {value(service(6, 80)), value(service(17, 53))}));
  add(ruleset, make_set({"self-v4", {kIpv4Addr, kIpv4Addr}, false, false, ""},
                        {value(address_key("10.0.0.1").append(address("10.0.0.1")))}));
  add(ruleset, make_set({"self-v6", {kIpv6Addr, kIpv6Addr}, false, false, ""},
                        {value(address_key("fd00::1").append(address("fd00::1")))}));
  add(ruleset, make_set({"empty", {kIpv4Addr}, false, false, ""}, {}));
}

void add_interval_sets(Ruleset& ruleset) {
  add(ruleset, make_set({"cidr-v4-1", {kIpv4Addr}, true, false, "10.0.0.0/8 and more"},
                        {range("10.0.0.0", "10.255.255.255"), range("192.0.2.7", "192.0.2.7")}));
  add(ruleset, make_set({"cidr-v4-2", {kIpv4Addr}, true, false, ""},
                        {range("0.0.0.0", "9.255.255.255"), range("11.0.0.0", "255.255.255.255")}));
  add(ruleset, make_set({"cidr-v4-all", {kIpv4Addr}, true, false, ""},
                        {range("0.0.0.0", "255.255.255.255")}));
  add(ruleset, make_set({"cidr-v6-1", {kIpv6Addr}, true, false, ""},
                        {range("::", "::"), range("2001:db8::", "2001:db8:ffff::")}));
  add(ruleset, make_set({"cidr-v6-all", {kIpv6Addr}, true, false, ""},
                        {range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}));
  add(ruleset, make_set({"cidr-empty", {kIpv4Addr}, true, false, ""}, {}));
  add(ruleset,
      make_set(
          {"port-2", {kInetService, kInetProto}, true, false, "with endPort"},
          {range(service(6, 80), service(6, 80)), range(service(6, 8000), service(6, 8080)),
           range(service(17, 0), service(17, 65535)), range(service(132, 0), service(132, 1))}));
}

Rule neighbour_discovery(std::uint8_t type) {
  return {{Equal{kIp6HopLimit, 255}, Equal{kIcmpv6Type, type}, Verdict{Verdict::Kind::kAccept}}};
}

Chain forward_chain() {
  const Verdict accept{Verdict::Kind::kAccept};
  return {ChainSpec{"forward", BaseChain{}, {}},
          {{{ConntrackState{ConntrackState::kEstablished | ConntrackState::kRelated}, accept}},
           neighbour_discovery(135),
           neighbour_discovery(136),
           {{ConntrackState{ConntrackState::kRelated}, Jump{"icmp-error", false}}},
           {{ConntrackStatus{ConntrackStatus::kDestinationNat},
             InSet{{kIp4Source, kIp4Destination}, "self-v4"}, accept}},
           {{InSet{{kIp6Source, kIp6Destination}, "self-v6"}, accept}},
           {{VerdictMap{{kIp4Source}, "egress-v4"}}},
           {{VerdictMap{{kIp6Source}, "egress-v6"}}},
           {{VerdictMap{{kIp6SourceScope}, "egress-v6"}}},
           {{VerdictMap{{kIp6DestinationScope}, "egress-v6"}}}}};
}

Chain icmp_error_chain() {
  const Verdict accept{Verdict::Kind::kAccept};
  const InBlock global{kIp6Source, *parse_cidr("fe80::/10"), true};
  const InBlock in_block{kIp4Source, *parse_cidr("10.0.0.0/9"), false};
  const InBlock broadcast{kIp4Destination, *parse_cidr("255.255.255.255/32"), false};
  return make_chain(
      "icmp-error",
      {{{Equal{kIcmpType, 3}, Jump{"out-2", true}}},
       {{Equal{kIcmpv6Type, 1}, AtMost{kIp6Length, 1280}, Jump{"out-2", false}}},
       {{InSet{{kIp4Source, kOriginalIp4Source}, "self-v4"}, accept}},
       {{InSet{{kIp4Source, kReplyIp4Source}, "self-v4", false, true}, accept}},
       {{InSet{{kIp6Source, kOriginalIp6Source}, "self-v6"}, accept}},
       {{global, InSet{{kIp6Source, kReplyIp6Source}, "self-v6", false, true}, accept}},
       {{in_block, Equal{kUdpDestinationPort, 67}, accept}},
       {{broadcast, Equal{kDestinationPort, 67}, accept}}});
}

Chain profile_chain() {
  const Verdict back{Verdict::Kind::kReturn};
  const InSet ports{{kDestinationPort, kL4Proto}, "port-2", true};
  Chain chain = make_chain(
      "out-1",
      {{{ports, InSet{{kIp4Destination}, "peer-v4-1"}, back}},
       {{ports, InSet{{kIp6Destination}, "cidr-v6-1", true}, back}},
       {{InSet{{kDestinationPort, kL4Proto}, "port-1"}, back}},
       {{InSet{{kIp4Destination, kDestinationPort, kL4Proto}, "named-v4-1"}, back}},
       {{InSet{{kIp6Destination, kDestinationPort, kL4Proto}, "named-v6-1"}, back}},
       {{InSet{{kIp4Destination}, "cidr-v4-1", true}, back}},
       {{InSet{{kIp4Source}, "peer-v4-1"}, InSet{{kIp4Destination}, "peer-v4-1"}, Counter{}, back}},
       {{Counter{}, Verdict{Verdict::Kind::kDrop}}}});
  chain.spec.comment = "egress of default/api";
  return chain;
}

void add_ways_by_port(Ruleset& ruleset) {
  const auto way = [](const Element& ports, const char* chain, bool is_goto) {
    return Element{ports.key, ports.last, chain, is_goto};
  };
  const std::vector key{kDestinationPort, kL4Proto};
  const std::vector types{kInetService, kInetProto};
  add(ruleset,
      make_set({"ports-1", types, false, true, ""}, {way(value(service(6, 80)), "out-4", true),
                                                     way(value(service(17, 53)), "out-4", false)}));
  add(ruleset, make_set({"ports-2", types, true, true, ""},
                        {way(range(service(6, 80), service(6, 90)), "out-4", true),
                         way(range(service(6, 91), service(6, 91)), "out-4", false)}));
  add(ruleset, make_chain("out-4", {}));
  add(ruleset,
      make_chain("out-3", {{{VerdictMap{key, "ports-1"}}}, {{VerdictMap{key, "ports-2", true}}}}));
}

BaseChain hooked(std::uint32_t hook, std::int32_t priority) {
  return {"filter", hook, priority, 1};
}

void add_marks_and_interfaces(Ruleset& ruleset) {
  const Verdict accept{Verdict::Kind::kAccept};
  const Verdict drop{Verdict::Kind::kDrop};
  add(ruleset, make_set({"epoch", {kMark}, false, false, "the current one"},
                        {value(ElementKey().append_mark(0x12000000))}));
  add(ruleset, make_set({"interfaces", {kIfname}, false, false, ""},
                        {value(ElementKey().append_interface("eth0")),
                         value(ElementKey().append_interface("veth-0123456789"))}));
  const auto pattern = [](const char* first, std::string last) {
    last.resize(16, '\xff');
    const std::vector<std::uint8_t> bytes(last.begin(), last.end());
    return range(ElementKey().append_interface(first), ElementKey(bytes));
  };
  add(ruleset, make_set({"patterns", {kIfname}, true, false, ""},
                        {pattern("cali", "cali"),
                         pattern("eth1", std::string("eth1\0", 5) + std::string(11, '\0')),
                         pattern("lxc", "lxc")}));
  const auto bound = [](const char* interface, const char* source) {
    return value(ElementKey().append_interface(interface).append(address(source)));
  };
  add(ruleset, make_set({"bound-v4", {kIfname, kIpv4Addr}, false, false, ""},
                        {bound("veth1", "10.0.0.1"), bound("veth2", "10.0.0.2")}));
  add(ruleset,
      make_set({"bound-v6", {kIfname, kIpv6Addr}, false, false, ""}, {bound("veth1", "fd00::1")}));
  add(ruleset, Chain{{"early", hooked(0, -300), ""},
                     {{{InSet{{kInputInterface}, "interfaces", false, true}, accept}},
                      {{InSet{{kInputInterface, kIp4Source}, "bound-v4"}, accept}},
                      {{InSet{{kInputInterface, kIp6Source}, "bound-v6", false, true}, drop}},
                      {{ReversePathMissing{}, RateLimit{10, 20}, Log{5}, Counter{}, drop}}}});
  add(ruleset, Chain{{"leaving", hooked(2, -2), ""},
                     {{{InSet{{kOutputInterface}, "patterns", true, false},
                        InSet{{kOutputInterface}, "interfaces", false, true}, drop}},
                      {{InSet{{kInputInterface}, "patterns", true, true}, accept}}}});
  add(ruleset, Chain{{"input", hooked(1, 0), ""},
                     {{{Equal{kConntrackDirection, 1}, accept}},
                      {{Equal{kConntrackDirection, 0}, RateLimit{1'000}, Log{}}},
                      {{RateLimit{5}, Log{7, "denied-source"}}},
                      {{Equal{kL4Proto, 6}, accept}},
                      {{InBlock{kIp4Source, *parse_cidr("10.0.0.1/32"), false}, Equal{kL4Proto, 4},
                        Counter{}, accept}},
                      {{Equal{kL4Proto, 41}, drop}}}});
  add(ruleset, Chain{{"late", hooked(2, 30), "with a priority by number"},
                     {{{ConntrackMarkInSet{0xfe000000, "epoch"}, accept}},
                      {{ConntrackMarkInSet{0xfe000000, "epoch", true}, Counter{}}},
                      {{SetConntrackMark{0x01ffffff, 0x12000000}}},
                      {{SetConntrackMark{0x01ffffff, 0}}}}});
  add(ruleset, Chain{{"late-2", hooked(0, -100), ""}, {}});
  add(ruleset, Chain{{"late-3", hooked(2, -100), ""}, {}});
  add(ruleset, Chain{{"late-4", hooked(4, 105), ""}, {}});
}

}  // namespace

Ruleset bridge_table() {
  const Verdict accept{Verdict::Kind::kAccept};
  const Verdict drop{Verdict::Kind::kDrop};
  Ruleset ruleset;
  add(ruleset,
      make_set({"bridge bound-v4", {kIfname, kIpv4Addr}, false, false, ""},
               {value(ElementKey().append_interface("veth1").append(address("10.0.0.1")))}));
  add(ruleset,
      Chain{{"bridge early", hooked(0, -300), ""},
            {{{Equal{kEtherType, 0x0806}, accept}},
             {{Equal{kEtherType, 0x86dd}, Jump{"bridge of-ipv6"}}},
             {{Equal{kEtherType, 0x88b5}, drop}},
             {{InSet{{kInputInterface, kIp4Source}, "bridge bound-v4", false, true}, drop}}}});
  add(ruleset, Chain{{"bridge forward", hooked(2, -201), ""}, {{{Counter{}, drop}}}});
  add(ruleset, Chain{{"bridge forward-2", hooked(2, -300), ""}, {}});
  add(ruleset, Chain{{"bridge forward-3", hooked(3, 100), ""}, {}});
  add(ruleset, Chain{{"bridge forward-4", hooked(4, 297), ""}, {}});
  const Equal advertisement{kIcmpv6Type, 136};
  add(ruleset,
      make_chain("bridge of-ipv6",
                 {{{AtMost{kIp6Length, 32}, accept}},
                  {{Equal{kUdpDestinationPort, 67}, drop}},
                  {{InBlock{kIp6Source, *parse_cidr("::/128"), false}, Equal{kIcmpv6Type, 135}}},
                  {{InBlock{kIp6Source, *parse_cidr("fe80::/10"), false}, accept}},
                  {{Equal{kL4Proto, 17}, accept}},
                  {{advertisement, Equal{kNeighborTargetScope, 0xfe80}, accept}},
                  {{advertisement, InBlock{kNeighborTarget, *parse_cidr("fd00::1/128"), false}}}}));
  add(ruleset,
      make_chain("bridge of-arp",
                 {{{InSet{{kInputInterface, kArpSource}, "bridge bound-v4", false, false}, accept}},
                  {{InBlock{kArpSource, *parse_cidr("0.0.0.0/32"), false}, accept}}}));
  return ruleset;
}

Ruleset everything() {
  Ruleset ruleset;
  add_hash_sets(ruleset);
  add_interval_sets(ruleset);
  add(ruleset, make_set({"egress-v4", {kIpv4Addr}, false, true, "isolated for egress"},
                        {jump("10.0.0.1", "out-1"), jump("10.0.0.2", "out-1")}));
  add(ruleset, make_set({"egress-v6", {kIpv6Addr}, false, true, ""}, {jump("fd00::1", "out-1")}));
  add(ruleset, forward_chain());
  add(ruleset, icmp_error_chain());
  add(ruleset, profile_chain());
  add(ruleset, make_chain("out-2", {}));
  add_ways_by_port(ruleset);
  add_marks_and_interfaces(ruleset);
  ruleset.counters["denied-in-1"] = {"denied-in-1", "ingress: default/api"};
  ruleset.counters["denied-in-2"] = {"denied-in-2", ""};
  add(ruleset, make_chain("in-1", {{{Counter{"denied-in-1"}, Verdict{Verdict::Kind::kDrop}}},
                                   {{Counter{"denied-in-1"}, Counter{"denied-in-2"}}}}));
  return ruleset;
}

Ruleset both_tables() {
  auto both = everything();
  both.sets.merge(bridge_table().sets);
  both.chains.merge(bridge_table().chains);
  return both;
}

Ruleset dispatch(const std::vector<std::string>& addresses) {
  Ruleset ruleset;
  Set map = make_set({"ingress-v4", {kIpv4Addr}, false, true, ""}, {});
  for (const std::string& text : addresses) {
    add(ruleset, make_chain("in-" + text, {{{Counter{}, Verdict{Verdict::Kind::kDrop}}}}));
    map.elements.push_back(jump(text, "in-" + text));
  }
  std::sort(map.elements.begin(), map.elements.end());
  add(ruleset, std::move(map));
  add(ruleset, Chain{ChainSpec{"forward", BaseChain{}, {}},
                     {{{VerdictMap{{kIp4Destination}, "ingress-v4"}}}}});
  return ruleset;
}

Ruleset big_set(std::uint32_t count) {
  constexpr std::uint32_t kFirst = 10U << 24;
  Set set = make_set({"peer-v4-big", {kIpv4Addr}, false, false, ""}, {});
  set.elements.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    set.elements.push_back(value(ElementKey().append(Address{Family::kIpv4, kFirst + i})));
  }
  Ruleset ruleset;
  add(ruleset, std::move(set));
  return ruleset;
}

}  // namespace portcullis::test
