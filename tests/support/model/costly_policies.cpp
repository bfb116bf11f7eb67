#include "tests/support/model/costly_policies.h"

#include <functional>

namespace portcullis::test {
namespace {

using Item = std::function<std::string(const std::string& number)>;

std::string list(std::size_t count, const Item& item) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + item(std::to_string(i));
  return text + "]";
}

std::string policy(const std::string& direction, const std::string& rules) {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"costly",)"
         R"("namespace":"shop"},"spec":{"podSelector":{},"policyTypes":[")" +
         std::string(direction == "ingress" ? "Ingress" : "Egress") + R"("],")" + direction +
         "\":" + rules + "}}";
}

std::string ingress(std::size_t count, const Item& rule) {
  return policy("ingress", list(count, rule));
}

std::string one_rule(std::size_t count, const Item& peer) {
  return policy("ingress", R"([{"from":)" + list(count, peer) + "}]");
}

std::string number(const std::string& text, std::size_t base) {
  return std::to_string(base + std::stoul(text));
}

std::string labelled(const std::string& i) {
  return R"([{"podSelector":{"matchLabels":{"a":")" + i + R"("}}}])";
}

std::string unanchored(const std::string& i) {
  return R"({"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"k)" + i +
         R"(","operator":"DoesNotExist"}]}})";
}

// 100.64.0.0/32, 100.64.0.2/32, ...: no two are adjacent.
std::string lone_network(const std::string& i) {
  const auto value = 2 * std::stoul(i);
  return "100." + std::to_string(64 + value / 65'536) + "." + std::to_string(value / 256 % 256) +
         "." + std::to_string(value % 256) + "/32";
}

}  // namespace

std::string nested_ranges(std::size_t count) {
  return ingress(count, [](const std::string& i) {
    return R"({"ports":[{"port":)" + number(i, 10'000) + R"(,"endPort":)" + number(i, 20'000) +
           R"(}],"from":)" + labelled(i) + "}";
  });
}

std::string shared_port(std::size_t count) {
  return ingress(count, [](const std::string& i) {
    return R"({"ports":[{"port":443},{"port":)" + number(i, 1'000) + R"(}],"from":)" + labelled(i) +
           "}";
  });
}

std::string unanchored_peers(std::size_t count) { return one_rule(count, unanchored); }

std::string unanchored_rules(std::size_t count) {
  return ingress(count, [](const std::string& i) {
    return R"({"ports":[{"port":)" + number(i, 1'000) + R"(}],"from":[)" + unanchored(i) + "]}";
  });
}

std::string exceptions(std::size_t rules, std::size_t of_each) {
  return ingress(rules, [&](const std::string& rule) {
    const auto except = [&](const std::string& i) {
      return "\"" + lone_network(number(i, std::stoul(rule) * of_each)) + "\"";
    };
    return R"({"ports":[{"port":)" + number(rule, 1'000) +
           R"(}],"from":[{"ipBlock":{"cidr":"100.64.0.0/10","except":)" + list(of_each, except) +
           "}}]}";
  });
}

std::string networks(std::size_t count) {
  return one_rule(count, [](const std::string& i) {
    return R"({"ipBlock":{"cidr":")" + lone_network(i) + R"("}})";
  });
}

std::string ranges(std::size_t count) {
  const auto range = [](const std::string& i) {
    const auto place = std::stoul(i);
    const auto first = std::to_string(1 + place * 3 % 60'000);
    const auto last = std::to_string(2 + place * 3 % 60'000);
    return R"({"protocol":")" + std::string(place < 20'000 ? "TCP" : "UDP") + R"(","port":)" +
           first + R"(,"endPort":)" + last + "}";
  };
  return policy("ingress", R"([{"from":[{"podSelector":{}}],"ports":)" + list(count, range) + "}]");
}

std::string port_names(std::size_t count) {
  return policy("egress", list(count, [](const std::string& i) {
                  return R"({"ports":[{"port":"p)" + i + R"("}],"to":)" + labelled(i) + "}";
                }));
}

std::string requirements(std::size_t count) {
  return one_rule(2, [&](const std::string& peer) {
    const auto requirement = [&](const std::string& i) {
      return R"({"key":"k)" + i + R"(","operator":")" + (peer == "0" ? "Exists" : "DoesNotExist") +
             "\"}";
    };
    return R"({"podSelector":{"matchExpressions":)" + list(count, requirement) + "}}";
  });
}

std::string values(std::size_t count) {
  const auto value = [](const std::string& i) { return "\"v" + i + "\""; };
  return one_rule(1, [&](const std::string&) {
    return R"({"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"a","operator":)"
           R"("In","values":)" +
           list(count, value) + "}]}}";
  });
}

std::string unknown_fields(std::size_t count) {
  return ingress(count, [](const std::string&) { return R"({"x":1})"; });
}

std::vector<CostlyPolicy> largest_policies() {
  return {{"nested ranges", nested_ranges(8'000)},
          {"a shared port", shared_port(9'000)},
          {"unanchored peers", unanchored_peers(9'000)},
          {"unanchored rules", unanchored_rules(6'500)},
          {"exceptions", exceptions(700, 70)},
          {"networks", networks(25'000)},
          {"ranges", ranges(18'000)},
          {"port names", port_names(10'000)},
          {"requirements", requirements(13'000)},
          {"values", values(100'000)},
          {"unknown fields", unknown_fields(120'000)}};
}

std::vector<CostlyPolicy> largest_within_budget() {
  return {{"nested ranges within budget", nested_ranges(140)},
          {"a shared port within budget", shared_port(639)},
          {"unanchored peers within budget", unanchored_peers(2'040)},
          {"unanchored rules within budget", unanchored_rules(640)},
          {"exceptions within budget", exceptions(230, 70)},
          {"networks within budget", networks(16'380)},
          {"ranges within budget", ranges(4'090)},
          {"port names within budget", port_names(32)},
          {"requirements within budget", requirements(1'000)}};
}

}  // namespace portcullis::test
