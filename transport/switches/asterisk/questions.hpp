#pragma once

#include "domain/calls/leg_graph.hpp"
#include "transport/switches/asterisk/ami_event.hpp"
#include "transport/switches/asterisk/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::asterisk {

/// What no event tells and is asked for, of channels of PJSIP: the Call-ID of who owns a call, when the
/// script has not set RC_CALLID, and where RTP goes once a channel is answered, has early media, or comes
/// back from hold. Pure; one thread.
class questions {
public:
  /// `graph` outlives it. More than `most` are not kept.
  questions(const leg_graph& graph, std::size_t most) : graph_(graph), most_(most) {}

  /// An event was taken by the graph.
  void heard(const ami_event& event);

  /// Channels were listed, and the graph has taken them.
  void listed(const std::vector<std::string>& legs);

  /// The next one that still makes sense.
  std::optional<request> next();

  /// How many were lost for want of room since this was called last.
  std::uint64_t take_lost() { return std::exchange(lost_, 0); }

private:
  void ask(request::kind what, std::string_view leg);
  bool wants_call_id(std::string_view leg) const;
  bool makes_sense(const request& asked) const;

  const leg_graph& graph_;
  const std::size_t most_;
  std::deque<request> waiting_;
  std::uint64_t lost_ = 0;
};

} // namespace rollcall::asterisk
