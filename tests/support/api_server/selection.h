#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::test::api {

// A labelSelector and a fieldSelector, as in a request's parameters. A field is the path of any
// scalar: "metadata.name", "spec.nodeName".
class Selection {
 public:
  Selection() = default;
  Selection(std::string_view labels, std::string_view fields);

  bool empty() const { return labels_.empty() && fields_.empty(); }
  bool matches(const nlohmann::json& object) const;

 private:
  struct Term {
    std::string path;
    std::vector<std::string> values;  // none: it exists
    bool negated = false;
  };

  static Term parse_term(std::string_view text);
  static std::vector<Term> parse(std::string_view text);

  std::vector<Term> labels_;
  std::vector<Term> fields_;
};

}  // namespace portcullis::test::api
