#pragma once

#include "transport/switches/common/driver_kind.hpp"
#include "transport/switches/driver.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// A switch that speaks lines of a letter and a name: `@`, then `+1` for call 1, `-1` for its end, `!` and
/// `.` around a snapshot. It hears `x1` when call 1 is to be hung up, and `?` when it is to list its calls.
/// What a driver has to be, and no more.
class toy_driver final : public switches::driver {
public:
  explicit toy_driver(switches::session_actions& out) : out_(out) {}

  std::span<char> space() override { return piece_; }

  void received(std::size_t bytes, switches::instant now) override {
    unread_.append(piece_.data(), bytes);
    read(now.wall);
  }

  void attached(switches::instant now) override {
    attached_ = true;
    read(now.wall);
  }

  void woken(switches::instant) override {}
  void hang_up(const std::string& id, switches::instant) override { out_.send("x" + id + "\n"); }
  void request_snapshot(switches::instant) override { out_.send("?\n"); }

private:
  void read(timestamp now) {
    switch_news news;
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      const auto line = unread_.substr(0, end);
      if (line.starts_with('@') == attached_ || line.empty())
        return out_.close(close_reason::bad_message, "not what a toy says");
      unread_.erase(0, end + 1);
      if (line[0] == '@')
        return out_.identify({});
      take(line[0], line.substr(1), now, news);
    }
    if (!news.empty())
      out_.tell(std::move(news));
  }

  static void take(char kind, std::string id, timestamp now, switch_news& news) {
    if (kind == '.' || kind == '!') {
      news.emplace_back(kind == '!' ? news_item{snapshot_begin{}} : news_item{snapshot_end{}});
    } else if ((kind == '+' || kind == '-') && !id.empty()) {
      auto& event = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
      event.id = std::move(id);
      event.state = kind == '+' ? call_state::connected : call_state::dead;
      event.setup = now;
    } else {
      news.emplace_back(malformed_event{"neither + nor -"});
    }
  }

  switches::session_actions& out_;
  std::array<char, 4096> piece_{};
  std::string unread_;
  bool attached_ = false;
};

/// The toys of one node.
class toy_drivers final : public switches::drivers {
public:
  switches::session_limits bounds() const override { return {}; }
  switches::session_metrics& counters() override { return *counters_; }
  switches::driver_factory prepare(const switches::dialled& to,
                                   std::shared_ptr<switch_notes::sheet> notes) override {
    if (const auto colour = to.values.find("colour"); colour != to.values.end())
      notes->set("colour", "it is " + std::get<std::string>(colour->second));
    return
        [counters = counters_](switches::session_actions& out) { return std::make_unique<toy_driver>(out); };
  }
  std::vector<switches::metric_family> metrics() const override {
    return {{"rollcall_toy_attached_total", "Toys that were attached", {{{}, counters_->attached}}}};
  }

private:
  const std::shared_ptr<switches::session_metrics> counters_ = std::make_shared<switches::session_metrics>();
};

/// `[[toy]]`: what its line in the registry would be.
inline switches::driver_kind toy_kind() {
  return {"toy",
          "address",
          {{"colour", switches::text_setting{[](std::string_view text) {
                                               if (text != "red" && text != "blue")
                                                 throw std::invalid_argument{"must be red or blue"};
                                               return std::string{text};
                                             },
                                             "blue"}}},
          [] { return std::unique_ptr<switches::drivers>{std::make_unique<toy_drivers>()}; }};
}

} // namespace rollcall::testing
