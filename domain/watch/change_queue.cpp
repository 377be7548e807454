#include "domain/watch/change_queue.hpp"

#include "domain/base/prefetch.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

namespace rollcall {

namespace {

/// Records of a snapshot lie anywhere in memory: what one costs is waiting for it.
constexpr std::size_t records_ahead = 8;

/// The revision of a call that is known to the end: no news of it is newer.
constexpr auto any_revision = std::numeric_limits<std::uint32_t>::max();

} // namespace

bool shows(const call_query& query, const directory& dir, const call_record& record) {
  if (record.state() == call_state::dead)
    return false;
  const auto* owner = dir.owner(record.source().environment, record.account());
  if (!owner)
    return false;
  if (query.recursive ? !dir.covers(query.scope, owner->id) : owner->id != query.scope)
    return false;
  // An account that is nobody's is asked for by a number that none has.
  if (query.account && (!query.account->known() || record.account() != *query.account))
    return false;
  return matches(query, dir, record, timestamp{});
}

change_queue::change_queue(call_query query, directory_ptr dir, std::size_t most)
    : query_(std::move(query)), directory_(std::move(dir)), most_(most) {}

void change_queue::list(std::vector<record_ptr> calls, std::uint64_t catch_up,
                        const std::vector<hidden_call>& hidden) {
  resumes_ = false;
  settled_ = false;
  waiting_.clear();
  order_.clear();
  distrusted_.clear();
  bytes_ = 0;
  held_.clear();
  drop_listed();
  catch_up_ = catch_up;
  catching_up_.reset();
  add(std::move(calls), hidden);
}

void change_queue::list(const switch_name& of, std::vector<record_ptr> calls, std::uint64_t catch_up,
                        const std::vector<hidden_call>& hidden) {
  forget(of);
  catch_up_ = catch_up;
  catching_up_ = of;
  std::erase_if(calls, [&](const record_ptr& record) { return record->source().name != of; });
  auto hidden_of = hidden;
  std::erase_if(hidden_of, [&](const hidden_call& call) { return call.newest->source().name != of; });
  add(std::move(calls), hidden_of);
}

void change_queue::forget(const switch_name& of) {
  end_resume();
  std::erase_if(distrusted_, [&](const switch_identity* one) { return one->name == of; });
  drop_waiting([&](const waiting& one) { return (one.shown ? one.shown : one.gone)->source().name == of; });
  std::erase_if(listed_, [&](const listed& one) { return one.source->name == of; });
  next_listed_ = 0; // those that are told are passed over
  held_.forget(of);
}

/// What is listed was told long ago.
void change_queue::end_resume() {
  if (!std::exchange(resumes_, false))
    return;
  for (auto& one : listed_) {
    one.record = {};
    one.told = true;
  }
  next_listed_ = listed_.size();
}

void change_queue::settle() {
  if (!is_listed())
    return;
  end_resume();
  drop_listed();
  settled_ = true;
}

/// With its memory.
void change_queue::drop_listed() {
  std::vector<listed>{}.swap(listed_);
  next_listed_ = 0;
}

/// Beside what is listed already, which is of other calls.
void change_queue::add(std::vector<record_ptr> calls, const std::vector<hidden_call>& hidden) {
  next_listed_ = 0;
  listed_.reserve(listed_.size() + calls.size() + hidden.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i + records_ahead < calls.size())
      prefetch(calls[i + records_ahead].get(), sizeof(call_record));
    auto& record = calls[i];
    if (!shows(query_, *directory_, *record))
      continue;
    ++held_.of(&record->source());
    const auto& call = *record;
    listed_.push_back({call.serial(), std::move(record), &call.source(), call.revision()});
  }
  for (const auto& [record, older, over] : hidden)
    listed_.push_back(
        {record->serial(), {}, &record->source(), over ? any_revision : record->revision(), true, false});
  sort_listed();
}

void change_queue::sort_listed() {
  const auto earlier = [](const listed& a, const listed& b) { return a.serial < b.serial; };
  if (!std::is_sorted(listed_.begin(), listed_.end(), earlier))
    std::sort(listed_.begin(), listed_.end(), earlier);
}

// What the watcher has of a hidden call is not known: the log tells what the first account shows that shows
// it still, but he may have been told the newest. So he is told that it is over, or has left. When that is
// not to be known here, the log will tell it.
void change_queue::resume(std::vector<record_ptr> calls, const std::vector<record_ptr>& changed,
                          const std::vector<picture_change>& gone, std::uint64_t catch_up,
                          const std::vector<hidden_call>& hidden) {
  std::unordered_set<std::uint64_t> ended; // since he went
  for (const auto& record : changed)
    if (record->state() == call_state::dead)
      ended.insert(record->serial());
  std::vector<hidden_call> known;
  std::vector<returning> back;
  for (const auto& call : hidden) {
    const auto dead = call.newest->state() == call_state::dead;
    const auto ends = dead && ended.contains(call.newest->serial());
    if (call.over) {
      if (call.older)
        calls.push_back(call.older);
    } else if (call.older || !ends) {
      known.push_back(call);
      if (call.older && (ends || !dead))
        back.push_back({call.newest, call.older, false});
    }
  }
  list(std::move(calls), catch_up, known);
  resumes_ = true;
  for (const auto& change : gone)
    if (change.before && is_in_scope(*change.before) && !(change.departed && is_listed_as(*change.after)))
      back.push_back({change.after, change.before, change.departed});
  for (const auto& record : changed)
    if (record->state() != call_state::dead) // else it is among those that are gone, or hidden
      back.push_back({record, record, false});
  hear_of(back);
  for (const auto& call : back)
    come_back(call);
}

/// So, or newer.
bool change_queue::is_listed_as(const call_record& picture) {
  const auto* const known = find_listed(picture.serial());
  return known && known->has && known->revision >= picture.revision();
}

/// From here on nothing older is told of these calls. Two accounts may show such a call, and the log may hold
/// only what the older picture says.
void change_queue::hear_of(const std::vector<returning>& calls) {
  std::unordered_map<std::uint64_t, listed> more;
  for (const auto& call : calls) {
    const auto serial = call.now->serial();
    auto* known = find_listed(serial);
    if (!known)
      known =
          &more.try_emplace(serial, listed{serial, {}, &call.now->source(), 0, true, false}).first->second;
    known->revision = std::max(known->revision, call.now->revision());
  }
  listed_.reserve(listed_.size() + more.size());
  for (auto& [serial, one] : more)
    listed_.push_back(std::move(one));
  sort_listed();
}

/// Nobody knows whether the watcher has the call. So it is told the call before the call's end; and a call
/// that is not shown, or whose newer picture is hidden, has left.
void change_queue::come_back(const returning& call) {
  const auto& [now, last, departed] = call;
  auto& listed = *find_listed(now->serial());
  const auto outdated = !departed && listed.revision > now->revision();
  if (outdated && (listed.has || waiting_.contains(now->serial())))
    return;
  const auto is = !departed && !outdated && shows(query_, *directory_, *now);
  const auto over = !outdated && now->state() == call_state::dead && shows(query_, *directory_, *last);
  const auto [found, is_new] = waiting_.try_emplace(now->serial());
  auto& one = found->second;
  if (is_new) {
    order_.push_back(now->serial());
    listed.record = {}; // it waits instead
    listed.told = true;
  }
  const auto was = std::exchange(listed.has, is);
  one.held = true;
  one.sure = false;
  one.shown = is ? now : last;
  one.gone = is ? record_ptr{} : over ? now : last;
  one.asked = last->state() == call_state::disconnecting;
  if (is && !was)
    ++held_.of(&now->source());
  else if (!is && was)
    --held_.of(&now->source());
  measure(one);
}

bool change_queue::is_in_scope(const call_record& record) const {
  auto whole = query_;
  whole.filter = {};
  return shows(whole, *directory_, record);
}

void change_queue::take(const picture_change& change) {
  if (change.let_go)
    return let_go(change);
  auto* const known = find_listed(change.after->serial());
  if (known && known->revision >= change.after->revision())
    return; // it was listed so, or this was heard from the account that the call went to
  if (change.departed && !known && settled_)
    return; // so late that what the other account told may be forgotten
  // What the account to which it departed has of it is listed, or told: else it is over there, too.
  const auto is = !change.departed && shows(query_, *directory_, *change.after);
  const auto was_known = known && known->has;
  if (known) {
    known->revision = change.after->revision();
    known->has = is;
  }
  if (const auto waits = waiting_.find(change.after->serial()); waits != waiting_.end())
    return change_waiting(waits->second, change, is);
  if (known && !known->told)
    return resumes_ ? change_known(*known, change, is) : change_listed(*known, change, is);
  // What the snapshot does not have was over, or elsewhere, when it was gathered; or came since.
  const auto was =
      known ? was_known
            : !may_be_listed(change) && change.before && shows(query_, *directory_, *change.before);
  if (was || is)
    wait(change, was, is);
}

/// It is told no more; of a call that was told, that what was told is void.
void change_queue::let_go(const picture_change& change) {
  const auto serial = change.after->serial();
  auto& count = held_.of(&change.after->source());
  auto* const listed = find_listed(serial);
  const auto was = listed ? std::exchange(listed->has, false)
                          : !may_be_listed(change) && shows(query_, *directory_, *change.after);
  if (const auto known = waiting_.find(serial); known != waiting_.end()) {
    if (known->second.held)
      distrust(&change.after->source());
    if (!known->second.gone)
      --count;
    bytes_ -= known->second.bytes;
    waiting_.erase(known); // its number in the order stays, and is passed over
  } else if (listed && !listed->told) {
    if (listed->record)
      --count;
    if (listed->record && resumes_)
      distrust(&change.after->source());
    listed->record = {};
    listed->told = true;
  } else if (was) {
    distrust(&change.after->source());
    --count;
  }
}

void change_queue::distrust(const switch_identity* of) {
  if (std::find(distrusted_.begin(), distrusted_.end(), of) == distrusted_.end())
    distrusted_.push_back(of);
}

bool change_queue::may_be_listed(const picture_change& change) const {
  return change.position <= catch_up_ && (!catching_up_ || change.after->source().name == *catching_up_);
}

change_queue::listed* change_queue::find_listed(std::uint64_t serial) {
  const auto found =
      std::lower_bound(listed_.begin(), listed_.end(), serial,
                       [](const listed& one, std::uint64_t than) { return one.serial < than; });
  return found != listed_.end() && found->serial == serial ? &*found : nullptr;
}

void change_queue::change_listed(listed& known, const picture_change& change, bool is) {
  if (known.record && change.after->state() == call_state::dead) {
    // Who was not told of it is told of it, and then of its end.
    known.told = true;
    wait({change.position, std::exchange(known.record, {}), change.after}, true, false).held = false;
    return;
  }
  auto& count = held_.of(&change.after->source());
  if (is && !known.record)
    ++count;
  else if (!is && known.record)
    --count;
  known.record = is ? change.after : record_ptr{};
}

/// Of a call that the watcher has.
void change_queue::change_known(listed& known, const picture_change& change, bool is) {
  known.told = true;
  wait({change.position, std::exchange(known.record, {}), change.after}, true, is);
}

void change_queue::change_waiting(waiting& known, const picture_change& change, bool is) {
  if (const auto& newest = known.gone ? known.gone : known.shown;
      newest->revision() >= change.after->revision())
    return;
  auto& count = held_.of(&change.after->source());
  const auto was = !known.gone;
  if (is) {
    known.shown = change.after;
    known.gone = {};
  } else if (was) {
    // What becomes of a call that has left is none of this watcher's business.
    known.gone = change.after;
    known.asked = known.shown->state() == call_state::disconnecting;
  }
  if (is && !was)
    ++count;
  else if (!is && was)
    --count;
  measure(known);
}

change_queue::waiting& change_queue::wait(const picture_change& change, bool was, bool is) {
  auto& one = waiting_[change.after->serial()];
  order_.push_back(change.after->serial());
  one.held = was;
  one.shown = is ? change.after : change.before;
  if (!is) {
    one.gone = change.after;
    one.asked = change.before && change.before->state() == call_state::disconnecting;
  }
  auto& count = held_.of(&change.after->source());
  if (is && !was)
    ++count;
  else if (!is && was)
    --count;
  measure(one);
  return one;
}

change_queue::told change_queue::come(record_ptr call, bool fresh) {
  const auto reuses_id = call->reuses_id();
  return {kind::call, std::move(call), false, false, fresh, reuses_id};
}

bool change_queue::next(told& into) {
  end_resume();
  while (!order_.empty()) {
    const auto found = waiting_.find(order_.front());
    if (found == waiting_.end()) {
      order_.pop_front();
      continue;
    }
    auto& one = found->second;
    const auto over = one.gone && one.gone->state() == call_state::dead;
    if (one.gone && over && !(one.held && one.sure) && one.shown) {
      // Who was not told of the call is told of it, and then of its end.
      into = come(one.shown, !one.held);
      one.held = one.sure = true;
      return true;
    }
    const auto left = one.shown ? one.shown : one.gone;
    const auto silent = one.gone && !one.held;
    if (one.gone)
      into = {over ? kind::end : kind::leave, over ? one.gone : left, over && one.asked,
              over && one.gone->unseen()};
    else
      into = come(one.shown, !one.held);
    bytes_ -= one.bytes;
    waiting_.erase(found);
    order_.pop_front();
    if (!silent)
      return true;
  }
  while (next_listed_ < listed_.size()) {
    auto& one = listed_[next_listed_++];
    if (one.told)
      continue;
    one.told = true;
    if (!one.record)
      continue;
    into = come(std::move(one.record), true);
    return true;
  }
  return false;
}

void change_queue::measure(waiting& one) {
  const auto of = [](const record_ptr& record) {
    return record ? sizeof(call_record) + record->all_texts().size() : 0;
  };
  bytes_ -= one.bytes;
  one.bytes = sizeof(waiting) + of(one.shown) + of(one.gone);
  bytes_ += one.bytes;
}

template <class F>
void change_queue::drop_waiting(F is_dropped) {
  std::erase_if(order_, [&](std::uint64_t serial) {
    const auto found = waiting_.find(serial);
    if (found == waiting_.end())
      return true;
    if (!is_dropped(found->second))
      return false;
    bytes_ -= found->second.bytes;
    waiting_.erase(found);
    return true;
  });
}

} // namespace rollcall
