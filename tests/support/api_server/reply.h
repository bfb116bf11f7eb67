#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace portcullis::test::api {

struct Reply {
  unsigned status = 200;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> fields{};  // of the header, besides the usual
};

// As compact text; invalid UTF-8 is replaced.
std::string to_text(const nlohmann::json& json);

// The error object: kind Status, with the code's usual reason.
nlohmann::json status_object(unsigned code, const std::string& message);

Reply reply(const nlohmann::json& object, unsigned status = 200);
Reply refusal(unsigned code, const std::string& message);

// kube-apiserver's message for this code; with Retry-After if given.
Reply usual_refusal(unsigned code, std::optional<std::chrono::seconds> retry_after = {});

}  // namespace portcullis::test::api
