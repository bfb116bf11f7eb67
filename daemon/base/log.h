#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The daemon's log: one line per message on stderr, "2026-01-31T12:00:00.000Z info ...". Under
// systemd (stderr is the journal's stream) the journal adds the time, and the line has a priority:
// "<6>...". A message is escaped, so that no manifest can forge a line. Thread safe.
namespace portcullis {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

std::optional<LogLevel> parse_log_level(std::string_view name);  // "warning"

// Call before the first message; without it, messages from kInfo up are written.
void start_log(LogLevel least);

bool logs_debug();  // whether a debug message is written: for those that are costly to compose
void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace portcullis
