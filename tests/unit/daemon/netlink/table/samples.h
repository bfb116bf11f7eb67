#pragma once

#include <string>
#include <vector>

#include "compiler/ruleset/ruleset.h"
#include "tests/support/model/cluster_builder.h"

// Rulesets to write into a kernel, and helpers to build them.
namespace portcullis::test {

ElementKey address_key(const std::string& address);
ElementKey service(std::uint8_t protocol, std::uint16_t port);
ElementKey endpoint(const std::string& address, std::uint8_t protocol, std::uint16_t port);

Element value(const ElementKey& key);
Element range(const ElementKey& first, const ElementKey& last);
Element range(const std::string& first, const std::string& last);
Element jump(const std::string& address, const std::string& chain);

Set make_set(SetSpec spec, std::vector<Element> elements);  // sorts the elements
Chain make_chain(const std::string& name, std::vector<Rule> rules);
Rule verdict(Verdict::Kind kind);

void add(Ruleset& ruleset, Set set);
void add(Ruleset& ruleset, Chain chain);

// Every statement, every kind of set, both families, comments, ranges at both ends.
Ruleset everything();

// Of bridges: frames by their type, and by the interface that they come through.
Ruleset bridge_table();

Ruleset both_tables();

// A base chain that dispatches `addresses` by a verdict map to an empty chain each, named
// "in-<address>".
Ruleset dispatch(const std::vector<std::string>& addresses);

// One hash set of `count` consecutive IPv4 addresses from 10.0.0.0.
Ruleset big_set(std::uint32_t count);

}  // namespace portcullis::test
