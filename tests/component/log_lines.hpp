#pragma once

#include "tests/component/holds_soon.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::testing {

/// What is logged as long as this is there. One at a time, and nobody may be logging when it comes or goes.
class log_lines {
public:
  log_lines() {
    auto logger = std::make_shared<spdlog::logger>("log_lines", sink_);
    logger->set_level(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
  }

  ~log_lines() { spdlog::set_default_logger(before_); }

  log_lines(const log_lines&) = delete;
  log_lines& operator=(const log_lines&) = delete;

  std::size_t count(std::string_view part) const { return sink_->count(part); }

  /// Waits for a line that holds `part`.
  bool wait_for(std::string_view part) const {
    return holds_soon([&] { return count(part) > 0; });
  }

private:
  class sink : public spdlog::sinks::base_sink<std::mutex> {
  public:
    std::size_t count(std::string_view part) {
      const std::lock_guard lock{mutex_};
      return static_cast<std::size_t>(std::count_if(
          lines_.begin(), lines_.end(), [&](const auto& line) { return line.find(part) != line.npos; }));
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
      lines_.emplace_back(message.payload.data(), message.payload.size());
    }
    void flush_() override {}

  private:
    std::vector<std::string> lines_;
  };

  std::shared_ptr<sink> sink_ = std::make_shared<sink>();
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

} // namespace rollcall::testing
