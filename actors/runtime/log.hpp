#pragma once

#include <spdlog/spdlog.h>

/// Logging for actors: the first argument is the name of the actor or what it stands for, then spdlog's own.
/// Every line carries the id it is about.
namespace rollcall::log {

template <class... Ts>
void debug(std::string_view who, spdlog::format_string_t<Ts...> format, Ts&&... xs) {
  if (spdlog::should_log(spdlog::level::debug))
    spdlog::debug("{}: {}", who, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void info(std::string_view who, spdlog::format_string_t<Ts...> format, Ts&&... xs) {
  spdlog::info("{}: {}", who, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void warn(std::string_view who, spdlog::format_string_t<Ts...> format, Ts&&... xs) {
  spdlog::warn("{}: {}", who, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void error(std::string_view who, spdlog::format_string_t<Ts...> format, Ts&&... xs) {
  spdlog::error("{}: {}", who, fmt::format(format, std::forward<Ts>(xs)...));
}

} // namespace rollcall::log
