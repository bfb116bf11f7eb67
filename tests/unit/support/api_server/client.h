#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace portcullis::test::api {

inline constexpr const char* kPods = "/api/v1/pods";
inline constexpr const char* kWatchPods = "/api/v1/pods?watch=1";
inline constexpr const char* kLastChunk = "\r\n0\r\n\r\n";

struct Answer {
  unsigned status = 0;  // 0: no answer that could be read
  std::string body{};
  std::map<std::string, std::string> fields{};  // names as sent

  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

struct Ask {
  std::string method = "GET";
  std::string target{};
  std::string body{};
  std::map<std::string, std::string> fields{};
};

// One request over a separate connection, plain HTTP to 127.0.0.1.
Answer ask(std::uint16_t port, const Ask& question);
Answer get(std::uint16_t port, const std::string& target);

// A connection that has sent a GET, and reads the bytes of the response as they arrive, including
// the framing.
class RawClient {
 public:
  RawClient(std::uint16_t port, const std::string& target);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient();

  bool connected() const;
  void ask(const std::string& target);  // one more GET

  enum class State { kOpen, kClosed, kReset };

  // Reads until the text has arrived, the connection ends or the deadline passes; whether it
  // arrived.
  bool read_until(const std::string& text);

  State read_to_end();                             // kOpen after the deadline
  State read_for(std::chrono::milliseconds time);  // kOpen: it goes on
  const std::string& received() const { return received_; }
  void forget() { received_.clear(); }
  int reads() const { return reads_; }  // how often something came

 private:
  State read_some(std::chrono::milliseconds patience);

  int fd_ = -1;
  std::string received_;
  int reads_ = 0;
};

std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace portcullis::test::api
