#include "apps/rollcalld/logging.hpp"

#include "domain/base/visible_text.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <string_view>

namespace rollcall {

namespace {

/// The text of a line, made safe by `Made`: what switches and clients send is quoted in the log, wherever it
/// is logged, and must not be able to forge a line or drive a terminal.
template <std::string (*Made)(std::string_view)>
class safe_text final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto text = Made({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<safe_text>(); }
};

std::unique_ptr<spdlog::formatter> formatter_for(log_format format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == log_format::json) {
    formatter->add_flag<safe_text<json_text>>('*');
    formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","text":"%*"})");
  } else {
    formatter->add_flag<safe_text<visible_text>>('*');
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
