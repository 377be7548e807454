#pragma once

#include "transport/switches/common/driver_kind.hpp"
#include "transport/switches/common/line_splitter.hpp"
#include "transport/switches/driver.hpp"

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

  std::span<char> space() override { return splitter_.space(); }

  void received(std::size_t bytes, switches::instant now) override {
    splitter_.added(bytes);
    read(now.wall);
  }

  void attached(switches::instant now) override {
    attached_ = true;
    out_.send("?\n"); // the link does not ask for the first snapshot
    read(now.wall);
  }

  void hang_up(const std::string& id, switches::instant) override { out_.send("x" + id + "\n"); }
  void request_snapshot(switches::instant) override { out_.send("?\n"); }

private:
  void read(timestamp now) {
    switch_news news;
    std::string_view line;
    using found = switches::line_splitter::found;
    for (auto what = splitter_.next(line); what != found::none && !closed_; what = splitter_.next(line))
      if (what == found::too_long || line.empty() || line.starts_with('@') == attached_)
        close();
      else if (attached_)
        take(line[0], std::string{line.substr(1)}, now, news);
      else
        return out_.identify({}); // what follows is read once it is attached
    if (attached_)
      out_.tell(std::move(news));
  }

  void close() {
    closed_ = true;
    out_.close(close_reason::bad_message, "not what a toy says");
  }

  static void take(char kind, std::string id, timestamp now, switch_news& news) {
    if (kind == '.' || kind == '!') {
      news.emplace_back(kind == '!' ? news_item{snapshot_begin{}} : news_item{snapshot_end{}});
    } else if ((kind == '+' || kind == '-') && !id.empty()) {
      auto& event = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
      event.id = std::move(id);
      event.state = kind == '+' ? call_state::connected : call_state::dead;
      event.received = now;
      if (kind == '+')
        event.setup = now;
    } else {
      news.emplace_back(malformed_event{"neither + nor -"});
    }
  }

  switches::session_actions& out_;
  switches::line_splitter splitter_{4096}; // bytes of a line
  bool attached_ = false;
  bool closed_ = false;
};

/// The toys of one node.
class toy_drivers final : public switches::drivers {
public:
  const switches::session_limits& bounds() const override { return bounds_; }
  switches::session_metrics& counters() const override { return *counters_; }
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
  const switches::session_limits bounds_{};
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
