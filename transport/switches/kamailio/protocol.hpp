#pragma once

#include "transport/switches/driver.hpp"
#include "transport/switches/kamailio/conversation.hpp"
#include "transport/switches/kamailio/frame.hpp"
#include "transport/switches/kamailio/memory.hpp"
#include "transport/switches/kamailio/netstring.hpp"
#include "transport/switches/kamailio/request_numbers.hpp"
#include "transport/switches/kamailio/snapshots.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// A Kamailio with rollcall.cfg on one connection to its event socket: netstrings of JSON both ways. What is
/// said in them is for conversation and snapshots to decide; this carries it, and keeps their time.
///
/// Its session always reads: Kamailio's workers write to the event socket, and would wait for a reader that
/// does not.
class protocol final : public switches::driver {
public:
  /// `out` outlives it.
  protocol(switches::session_actions& out, std::shared_ptr<memory> of, const request_numbers& from);

  void opened(switches::instant now) override;
  std::span<char> space() override;
  void received(std::size_t bytes, switches::instant now) override;
  void attached(switches::instant now) override;
  void woken(switches::instant now) override;

  void hang_up(const std::string& id, switches::instant now) override;
  void request_snapshot(switches::instant now) override;
  std::size_t hang_ups_waiting() const override;

  void fetched(const std::string& error, std::string_view piece, switches::instant now) override;
  void overrun(switches::instant now) override;
  void caught_up(switches::instant now) override;
  void closing(close_reason why, const std::string& text) override;

private:
  using moment = conversation::moment;
  enum class phase : std::uint8_t { hello, attaching, up, over };

  void read_hello(switches::instant now);
  void on_hello(std::string_view payload, switches::instant now);
  void read_frames(switches::instant now);
  void on_frame(std::string_view payload, switches::instant now, switch_news& news);
  void measure_clock(timestamp told, moment since, switches::instant now);
  void end(close_reason why, const std::string& text);

  void tick(switches::instant now);
  void look_around(switches::instant now);
  void speak(switches::instant now);
  void wake_by(moment then, moment now);

  switches::session_actions& out_;
  const std::shared_ptr<memory> of_;
  const request_numbers numbers_;
  netstring_splitter splitter_;
  frame_reader reader_;
  hello hello_;
  phase phase_ = phase::hello;
  moment opened_at_{};
  std::size_t early_bytes_ = 0; ///< read while attaching

  // Once attached.
  std::optional<conversation> conversation_;
  std::unique_ptr<snapshots> snapshots_;
  moment tick_at_{};               ///< the next
  moment ticked_{};                ///< the last one
  std::optional<moment> wakes_at_; ///< what the session was asked for
  moment bad_frame_told_{};
};

} // namespace rollcall::kamailio
