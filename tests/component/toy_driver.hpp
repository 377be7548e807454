#pragma once

#include "transport/switches/common/admission.hpp"
#include "transport/switches/driver.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::testing {

/// A switch that speaks lines of a letter and a name: `@toy`, then `+1` for call 1, `-1` for its end, `!` and
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
        return out_.identify({switch_name{line.substr(1)}});
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

/// Lets in whoever says `@toy`.
class toy_admission final : public switches::admission {
public:
  std::optional<refusal> admit(switches::claim& who) override {
    if (who.name == switch_name{"toy"})
      return std::nullopt;
    return refusal{close_reason::unknown_switch, "not the toy"};
  }
};

} // namespace rollcall::testing
