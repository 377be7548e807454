#pragma once

#include "transport/switches/driver.hpp"

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// Keeps what a driver asks of its session.
struct fake_session_actions final : switches::session_actions {
  void send(std::string_view bytes) override { sent += bytes; }
  void tell(switch_news news) override { std::move(news.begin(), news.end(), std::back_inserter(told)); }
  bool dropping() const override { return drops; }
  void identify(switches::claim) override {}
  void close(close_reason, const std::string&) override {}
  void wake(std::chrono::milliseconds) override {}
  void fetch(switches::fetch_source from, switches::fetch_pace pace) override {
    fetches.emplace_back(std::move(from), pace);
  }
  void stop_fetch() override {}
  bool reading() const override { return true; }
  void warn(std::string_view) override {}
  void inform(std::string_view) override {}

  std::string sent;
  switch_news told;
  bool drops = false;
  std::vector<std::pair<switches::fetch_source, switches::fetch_pace>> fetches;
};

} // namespace rollcall::testing
