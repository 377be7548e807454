#include "transport/switches/asterisk/conversation.hpp"

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>

namespace rollcall::asterisk {

using switches::instant;

// What Asterisk has now, as its lists tell, and what the link is told of it.

namespace {

/// Items that the link is given at once.
constexpr std::size_t delivery_items = 500;

std::string_view id_of(const call_change& change) {
  if (const auto* began = std::get_if<call_began>(&change))
    return began->call.id;
  if (const auto* changed = std::get_if<call_changed>(&change))
    return changed->call.id;
  return std::get<call_ended>(change).id;
}

/// What they were last, and their ends. All others are told as they are now.
call_changes of_those_that_ended(call_changes changes) {
  std::unordered_set<std::string> ended;
  for (const auto& each : changes)
    if (const auto* end = std::get_if<call_ended>(&each))
      ended.insert(end->id);
  std::erase_if(changes, [&](const auto& each) { return !ended.contains(std::string{id_of(each)}); });
  return changes;
}

} // namespace

/// A list that runs already, of this connection or the last one, begins anew.
void conversation::begin_lists(instant now) {
  times_.begins(now.steady);
  listed_at_ = now.steady;
  graph_.snapshot_begin();
  notes_.begin_lists();
  lists_.begin(now.wall + of_->clock.correction() - of_->bounds.unheard, !had_whole_);
  tell({snapshot_begin{}});
  send("BridgeList", {request::kind::bridges}, {}, now);
  send("CoreShowChannels", {request::kind::channels}, {}, now);
}

void conversation::look_at_lists(instant now) {
  if (lists_.now() == channel_lists::state::running && now.steady - listed_at_ > of_->bounds.answer)
    lists_.fail("no answer in time");
  if (lists_.now() == channel_lists::state::whole)
    complete(now);
  else if (lists_.now() == channel_lists::state::failed)
    give_up(now);
  if (lists_.now() == channel_lists::state::none && !out_.dropping() && times_.due(now.steady))
    begin_lists(now);
}

void conversation::complete(instant now) {
  lists_.end();
  requests_.drop_lists();
  notes_.remember();
  graph_.snapshot_end(true, at(now));
  ++of_->counters->snapshots;
  times_.ends(now.steady);
  of_->notes->clear("snapshot");
  if (now.steady - forged_at_ > of_->bounds.forged)
    of_->notes->clear("forged");
  failure_told_.clear();
  note_unheard();
  note_unreadable();
  has_listed_ = knows_channels_ = had_whole_ = true;
  tell_all(graph_.take_changes(), true, now);
  notes_.look_at_all();
  ask_listed();
}

void conversation::ask_listed() {
  const auto listed = lists_.take_pjsip();
  if (rights_.ask)
    questions_.listed(listed);
}

/// What was listed is taken in, and nothing is gone for not being listed.
void conversation::give_up(instant now) {
  lists_.end();
  requests_.drop_lists();
  notes_.remember();
  graph_.snapshot_end(false, at(now));
  ++of_->counters->snapshots_failed;
  times_.fails(now.steady, lists_.why());
  const auto text = "no list of its channels: " + lists_.why();
  of_->notes->set("snapshot", text);
  if (std::exchange(failure_told_, text) != text)
    out_.warn(text);
  knows_channels_ = true;
  if (std::exchange(has_listed_, true))
    tell(news_of(take_changes(), of_->to, now.wall));
  else
    tell_all(graph_.take_changes(), false, now);
  ask_listed();
}

void conversation::tell_all(call_changes changes, bool whole, instant now) {
  auto news = news_of(of_those_that_ended(std::move(changes)), of_->to, now.wall);
  for (const auto* each : graph_.calls())
    news.emplace_back(event_of(*each, of_->to, now.wall));
  if (whole)
    news.emplace_back(snapshot_end{});
  tell(std::move(news));
}

void conversation::tell(switch_news news) {
  auto rest = news.begin();
  while (news.end() - rest > static_cast<std::ptrdiff_t>(delivery_items)) {
    const auto end = rest + delivery_items;
    out_.tell({std::make_move_iterator(rest), std::make_move_iterator(end)});
    rest = end;
  }
  out_.tell({std::make_move_iterator(rest), std::make_move_iterator(news.end())});
}

void conversation::note_unheard() {
  if (lists_.unheard() == 0 && !untimed_told_)
    return of_->notes->clear("events");
  if (lists_.unheard() == 0 || untimed_told_)
    return;
  const auto text = "it lists channels of which no event has told: the manager user '" + of_->to.user
                    + "' needs read = call in manager.conf";
  of_->notes->set("events", text);
  out_.warn(text);
}

} // namespace rollcall::asterisk
