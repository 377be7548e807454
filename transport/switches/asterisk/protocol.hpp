#pragma once

#include "transport/switches/asterisk/ami_event.hpp"
#include "transport/switches/asterisk/conversation.hpp"
#include "transport/switches/asterisk/login.hpp"
#include "transport/switches/asterisk/memory.hpp"
#include "transport/switches/asterisk/requests.hpp"
#include "transport/switches/common/line_splitter.hpp"
#include "transport/switches/driver.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace rollcall::asterisk {

/// An Asterisk on one connection to its manager interface (AMI): lines of headers both ways. It logs in, and
/// what is said then is for conversation to decide; this carries it, and keeps its time.
///
/// Its session always reads: an Asterisk that waits for a reader keeps events in memory, and may refuse calls
/// meanwhile.
class protocol final : public switches::driver {
public:
  /// `out` outlives it. `action_id` is what ActionIDs begin with: nobody can guess it.
  protocol(switches::session_actions& out, std::shared_ptr<memory> of, std::string action_id);

  std::span<char> space() override { return splitter_.space(); }
  void received(std::size_t bytes, switches::instant now) override;
  void attached(switches::instant now) override;
  void woken(switches::instant now) override;

  void hang_up(const std::string& id, switches::instant now) override;
  void request_snapshot(switches::instant now) override;
  bool takes_hang_ups() const override;
  std::size_t hang_ups_waiting() const override;

  void overrun(switches::instant now) override;
  void caught_up(switches::instant now) override;
  void closing(close_reason why, const std::string& text) override;

private:
  using moment = conversation::moment;
  enum class phase : std::uint8_t { banner, login, attaching, up, over };

  void read(switches::instant now);
  void on_banner(std::string_view line);
  void on_part(std::string_view line, switches::instant now);
  void on_message(const ami_event& message, switches::instant now);
  void on_login();
  void look_around(switches::instant now);
  void tick(switches::instant now);
  void wake_by(moment then, moment now);
  void end(close_reason why, const std::string& text);

  switches::session_actions& out_;
  const std::shared_ptr<memory> of_;
  const std::string action_id_;
  switches::line_splitter splitter_;
  ami_reader reader_;
  login login_;
  phase phase_ = phase::banner;
  std::optional<conversation> conversation_; ///< once attached
  moment tick_at_{};                         ///< the next
  moment ticked_{};                          ///< the last one
  std::optional<moment> wakes_at_;           ///< what the session was asked for
  std::uint64_t lines_bad_ = 0;              ///< counted so far
  std::uint64_t bad_lines_seen_ = 0;         ///< up to the last message
};

} // namespace rollcall::asterisk
