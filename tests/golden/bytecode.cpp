#include "tests/golden/bytecode.h"

#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/object/libnftnl.h"
#include "daemon/netlink/table/encode_batch.h"

namespace portcullis::test {
namespace {

using nl::allocated;

template <class Print>
std::string printed(Print print) {
  std::vector<char> text(1 << 20);
  print(text.data(), text.size());
  return std::string(text.data()) + "\n";
}

std::string set_text(const nlmsghdr* header, int (*parse)(const nlmsghdr*, nftnl_set*)) {
  const nl::SetObject set(allocated(nftnl_set_alloc()));
  EXPECT_GE(parse(header, set.get()), 0);
  return printed([&](char* text, std::size_t size) {
    nftnl_set_snprintf(text, size, set.get(), NFTNL_OUTPUT_DEFAULT, 0);
  });
}

// libnftnl numbers the elements of a list that it writes, but only reads lists like the kernel's,
// where each is an NFTA_LIST_ELEM.
std::string elements_text(const nlmsghdr* header) {
  std::vector<char> copy(reinterpret_cast<const char*>(header),
                         reinterpret_cast<const char*>(header) + header->nlmsg_len);
  auto* message = reinterpret_cast<nlmsghdr*>(copy.data());
  const auto number_as_kernel = [](const nlattr* list, void*) {
    if (mnl_attr_get_type(list) != NFTA_SET_ELEM_LIST_ELEMENTS) return MNL_CB_OK;
    return mnl_attr_parse_nested(
        list,
        [](const nlattr* element, void*) {
          const_cast<nlattr*>(element)->nla_type = NLA_F_NESTED | NFTA_LIST_ELEM;
          return MNL_CB_OK;
        },
        nullptr);
  };
  mnl_attr_parse(message, sizeof(nfgenmsg), number_as_kernel, nullptr);
  return set_text(message, nftnl_set_elems_nlmsg_parse);
}

std::string rule_text(const nlmsghdr* header) {
  const nl::RuleObject rule(allocated(nftnl_rule_alloc()));
  EXPECT_GE(nftnl_rule_nlmsg_parse(header, rule.get()), 0);
  return printed([&](char* text, std::size_t size) {
    nftnl_rule_snprintf(text, size, rule.get(), NFTNL_OUTPUT_DEFAULT, 0);
  });
}

std::string message_text(const nlmsghdr* header) {
  switch (header->nlmsg_type & 0xff) {
    case NFT_MSG_NEWSET:
      return set_text(header, nftnl_set_nlmsg_parse);
    case NFT_MSG_NEWSETELEM:
      return elements_text(header);
    case NFT_MSG_NEWRULE:
      return rule_text(header);
    default:
      return {};
  }
}

struct SetText {
  std::string flags;
  std::multiset<std::string> elements;
};

class Canonical {
 public:
  void read(const std::string& line) {
    constexpr std::string_view kRule = "inet portcullis ";
    if (line.empty() || line.starts_with("inet (null)") || line.starts_with("table (null)")) return;
    if (line.starts_with("\telement ")) return read_elements(line);
    if (line.starts_with("  [")) {
      rules_[chain_].back() += line + "\n";
    } else if (line.starts_with(kRule)) {
      chain_ = line.substr(kRule.size());
      rules_[chain_].emplace_back();
    } else {
      read_set(line);
    }
  }

  std::string text() const {
    std::string all;
    for (const auto& [name, set] : sets_) {
      all += "set " + name + " flags " + set.flags + "\n";
      for (const std::string& element : set.elements) all += "  " + element + "\n";
    }
    for (const auto& [chain, rules] : rules_) {
      for (const std::string& rule : rules) {
        all.append("rule of ").append(chain).append("\n").append(rule);
      }
    }
    return all;
  }

 private:
  // "port-1f portcullis 84": the first line of a set has its flags, those before its elements 0.
  void read_set(const std::string& line) {
    std::istringstream words(line);
    std::string table, flags;
    words >> set_ >> table >> flags;
    EXPECT_EQ(table, kTableName) << line;
    sets_.try_emplace(set_, SetText{flags, {}});
  }

  void read_elements(const std::string& line) {
    constexpr std::string_view kElement = "\telement ";
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.find(kElement, begin + 1), line.size());
      sets_[set_].elements.insert(
          line.substr(begin + kElement.size(), end - begin - kElement.size()));
      begin = end;
    }
  }

  std::map<std::string, SetText> sets_;
  std::map<std::string, std::vector<std::string>> rules_;
  std::string set_;
  std::string chain_;
};

}  // namespace

std::string encoded_text(const Ruleset& ruleset) {
  const auto batch = nl::encode(diff({}, ruleset), 1);
  if (!batch) {
    ADD_FAILURE() << batch.error().message;
    return {};
  }
  std::string text;
  int left = static_cast<int>(batch->bytes().size());
  for (const auto* header = reinterpret_cast<const nlmsghdr*>(batch->bytes().data());
       mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
    text += message_text(header);
  }
  return text;
}

std::string canonical(const std::string& text) {
  Canonical form;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) form.read(line);
  return form.text();
}

}  // namespace portcullis::test
