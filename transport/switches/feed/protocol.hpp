#pragma once

#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/common/line_splitter.hpp"
#include "transport/switches/driver.hpp"
#include "transport/switches/feed/limits.hpp"
#include "transport/switches/feed/metrics.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::feed {

/// The feed (feed.md) on one connection: lines of JSON both ways.
class protocol final : public switches::driver {
public:
  /// `node` is what the welcome says. `out` and `counters` outlive it.
  protocol(switches::session_actions& out, const limits& bounds, std::string node, metrics& counters);

  std::span<char> space() override { return splitter_.space(); }
  void received(std::size_t bytes, switches::instant now) override;
  void attached(switches::instant now) override;
  void woken(switches::instant now) override;

  void hang_up(const std::string& id, switches::instant now) override;
  void hang_up_because(const std::string& id, const std::string& reason, switches::instant now) override;
  void request_snapshot(switches::instant now) override;
  void passed_barrier() override;
  void reject(const std::string& message) override;
  bool move(const std::vector<std::string>& nodes) override;
  void closing(close_reason why, const std::string& message) override;

private:
  enum class phase : std::uint8_t { hello, attaching, up, closing };

  void read_hello();
  void on_hello(std::string_view line);
  void read_news(std::size_t size, timestamp received);

  switches::session_actions& out_;
  const limits bounds_;
  const std::string node_;
  metrics& counters_;
  switches::line_splitter splitter_;
  switches::line_parser parser_;
  phase phase_ = phase::hello;
  std::vector<std::string> bad_fields_; ///< of the hello
  bool can_ping_ = false;
  bool can_move_ = false;
  bool can_reason_ = false;
  unsigned silent_steps_ = 0; ///< since the last line
};

} // namespace rollcall::feed
