#include "apps/rollcalld/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <string_view>

namespace rollcall {

namespace {

/// The text of a line as the inside of a JSON string.
class json_text final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const char c : std::string_view{message.payload.data(), message.payload.size()})
      append(c, out);
  }

  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<json_text>(); }

private:
  static void append(char c, spdlog::memory_buf_t& out) {
    if (c == '"' || c == '\\')
      out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) {
      out.push_back(c);
      return;
    }
    char escaped[8];
    const auto size = std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
    out.append(escaped, escaped + size);
  }
};

/// The text of a line with control characters made visible: what switches and clients send is quoted in the
/// log, and must not be able to forge a line or drive a terminal.
class plain_text final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const char c : std::string_view{message.payload.data(), message.payload.size()})
      out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
  }

  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<plain_text>(); }
};

std::unique_ptr<spdlog::formatter> formatter_for(log_format format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == log_format::json) {
    formatter->add_flag<json_text>('*');
    formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","text":"%*"})");
  } else {
    formatter->add_flag<plain_text>('*');
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %*");
  }
  return formatter;
}

spdlog::level::level_enum level_of(log_level level) {
  switch (level) {
  case log_level::trace:
    return spdlog::level::trace;
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warn:
    return spdlog::level::warn;
  case log_level::error:
    break;
  }
  return spdlog::level::err;
}

} // namespace

void set_up_logging(const log_config& config) {
  static constexpr auto logger_name = "rollcalld";
  auto logger = spdlog::default_logger();
  if (logger->name() != logger_name) {
    // The first time: no other thread logs yet. Later the logger is changed in place, which is safe.
    logger = std::make_shared<spdlog::logger>(logger_name, std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(logger);
  }
  logger->set_formatter(formatter_for(config.format));
  logger->set_level(level_of(config.level));
}

} // namespace rollcall
