#include "actors/requests/cluster_watch_state.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace rollcall {

namespace {

/// Of one look, which waits for those that read: the next look goes on.
constexpr std::size_t limits_told_at_once = 500;

} // namespace

/// Whose limit is out of scope now is told as cleared: nothing more will be told of it.
void cluster_watch_state::look_at_limits() {
  const auto board = context->limits.board();
  if (board->version == limits_seen_ || !board->directory)
    return;
  std::size_t told_now = 0;
  const auto& states = board->states;
  for (const auto& [whose, known] : states) {
    const auto covered = board->directory->covers(request_.query.scope, known.of);
    const auto shown = known.reached && covered;
    const auto told = limits_.find(whose);
    if (shown == (told != limits_.end()))
      continue;
    if (++told_now > limits_told_at_once)
      return;
    if (covered)
      tell_limit({whose, shown, known.total, known.max_sessions});
    else // how many calls it has by now is not this client's business any more
      tell_limit({whose, false, told->second.total, told->second.max_sessions});
  }
  std::vector<limit_event> gone; // and forgotten, which takes longer than any client may be silent
  for (const auto& [whose, told] : limits_)
    if (!states.contains(whose))
      gone.push_back({whose, false, told.total, told.max_sessions});
  for (const auto& one : gone)
    tell_limit(one);
  limits_seen_ = board->version;
}

void cluster_watch_state::tell_limit(const limit_event& what) {
  if (what.reached)
    limits_[what.whose] = what;
  else
    limits_.erase(what.whose);
  say({.what = kind::limit, .limit = std::make_shared<const limit_event>(what)});
}

} // namespace rollcall
