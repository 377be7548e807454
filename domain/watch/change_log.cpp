#include "domain/watch/change_log.hpp"

#include "domain/directory/same_calls.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace rollcall {

namespace {

constexpr std::size_t block_size = 128;

/// Of a change that is to be written: whoever comes back may have missed it.
constexpr auto in_flight = std::numeric_limits<std::uint64_t>::max();

/// Bytes that are kept for one change, about.
std::size_t bytes_of(const picture_change& change) {
  const auto of = [](const record_ptr& record) {
    return record ? sizeof(call_record) + record->all_texts().size() : 0;
  };
  return sizeof(picture_change) + of(change.before) + of(change.after);
}

} // namespace

struct change_log::block {
  std::array<picture_change, block_size> changes;
  std::size_t used = 0;
  block_ptr next;
};

struct change_log::topic {
  block_ptr last = std::make_shared<block>();
  std::uint64_t written = 0;
  std::uint64_t told_of = 0; ///< position of the last change in it
  std::size_t readers = 0;
  std::vector<std::uint64_t> waiting; ///< who has read everything
};

change_log::change_log() : change_log(bounds{}) {}

change_log::change_log(bounds most) : bounds_(most) {}

void change_log::set_directory(directory_ptr dir) {
  if (directory_ && !has_same_calls(*directory_, *dir))
    ++generation_;
  directory_ = std::move(dir);
}

bool change_log::is_active(moment now) const noexcept {
  return active_ && (!topics_.empty() || now - unwatched_since_ < bounds_.keep);
}

std::uint64_t change_log::append(const record_ptr& before, const record_ptr& after, moment now,
                                 std::vector<std::uint64_t>& woken) {
  const auto moves = moving_.find(after->serial());
  if (moves == moving_.end() || after->revision() < moves->second.hops.front().arrived->revision())
    return write({0, before, after}, now, woken);
  auto& hops = moves->second.hops;
  const auto last = std::find_if(hops.rbegin(), hops.rend(), [&](const hop& one) {
    return one.arrived->revision() <= after->revision();
  });
  if (last->newest->revision() < after->revision())
    last->newest = after;
  return in_flight;
}

std::uint64_t change_log::arrive(const record_ptr& record, moment now) {
  rest_if_unwatched(now);
  if (!active_)
    return 0;
  moving_[record->serial()].hops.push_back({record, record, {}});
  return in_flight;
}

void change_log::depart(const record_ptr& shown, const record_ptr& arrived, moment now,
                        std::vector<std::uint64_t>& woken) {
  rest_if_unwatched(now); // not while what moves is told
  const auto found = moving_.find(shown->serial());
  auto* const of = found == moving_.end() ? nullptr : hop_to(*arrived, found->second);
  if (!of) {
    write({0, shown, arrived, false, true}, now, woken);
    return;
  }
  of->left = shown;
  auto& [hops, lets_go] = found->second;
  const auto last = hops.back().newest;
  auto first = hops.begin();
  for (; first != hops.end() && first->left; ++first) {
    write({0, first->left, first->arrived}, now, woken);
    if (first->newest != first->arrived)
      write({0, first->arrived, first->newest}, now, woken);
  }
  hops.erase(hops.begin(), first);
  if (!hops.empty())
    return;
  if (lets_go)
    write({0, last, last, true}, now, woken);
  moving_.erase(found);
}

/// Null when nobody watched when it came there.
change_log::hop* change_log::hop_to(const call_record& arrived, moving& call) {
  const auto found = std::find_if(call.hops.begin(), call.hops.end(), [&](const hop& one) {
    return one.arrived->revision() == arrived.revision();
  });
  return found == call.hops.end() ? nullptr : &*found;
}

void change_log::let_go(const record_ptr& call, moment now, std::vector<std::uint64_t>& woken) {
  if (const auto found = moving_.find(call->serial()); found != moving_.end())
    found->second.let_go = true;
  else
    write({0, call, call, true}, now, woken);
}

std::uint64_t change_log::write(picture_change change, moment now, std::vector<std::uint64_t>& woken) {
  rest_if_unwatched(now);
  if (!active_ || !directory_)
    return 0;
  change.position = ++position_;
  const auto was_of = owner_of(change.before);
  if (change.departed) {
    write(was_of, change, woken);
    keep(change, now);
    forget_old(now);
    return position_;
  }
  const auto now_of = owner_of(change.after);
  write(now_of, change, woken);
  const auto moved = change.before && was_of != now_of;
  if (moved)
    write(was_of, change, woken);
  // Somebody may watch one account alone.
  const auto left = moved || (change.before && change.before->account() != change.after->account());
  if (change.let_go)
    let_go_[&change.after->source()] = position_;
  else if (change.after->state() == call_state::dead || left)
    keep(change, now);
  forget_old(now);
  return position_;
}

customer_id change_log::owner_of(const record_ptr& record) const {
  const auto* owner = record ? directory_->owner(record->source().environment, record->account()) : nullptr;
  return owner ? owner->id : customer_id{};
}

std::vector<const switch_identity*> change_log::let_go_after(std::uint64_t position) const {
  std::vector<const switch_identity*> result;
  for (const auto& [source, last] : let_go_)
    if (last > position)
      result.push_back(source);
  return result;
}

/// To the topics of the customer and of those above it, where it is not yet.
void change_log::write(customer_id owner, const picture_change& change, std::vector<std::uint64_t>& woken) {
  for (auto id = owner; id.known();) {
    if (const auto found = topics_.find(id); found != topics_.end())
      if (const auto to = found->second.lock();
          to && std::exchange(to->told_of, change.position) != change.position) {
        if (to->last->used == block_size) {
          to->last->next = std::make_shared<block>();
          to->last = to->last->next;
        }
        to->last->changes[to->last->used++] = change;
        ++to->written;
        woken.insert(woken.end(), to->waiting.begin(), to->waiting.end());
        to->waiting.clear();
      }
    const auto* who = directory_->find(id);
    id = who ? who->wholesaler : customer_id{};
  }
}

change_log::reader change_log::subscribe(customer_id scope, moment now) {
  rest_if_unwatched(now);
  if (!active_)
    activate();
  auto& known = topics_[scope];
  reader who;
  who.of_ = known.lock();
  if (!who.of_)
    known = who.of_ = std::make_shared<topic>();
  ++who.of_->readers;
  who.at_ = who.of_->last;
  who.index_ = who.at_->used;
  who.passed_ = who.of_->written;
  return who;
}

void change_log::leave(reader& who, moment now) {
  if (!who.of_)
    return;
  if (--who.of_->readers == 0) {
    std::erase_if(topics_, [&](const auto& one) { return one.second.lock() == who.of_; });
    if (topics_.empty())
      unwatched_since_ = now;
  }
  who = {};
}

std::size_t change_log::behind(const reader& who) const {
  return static_cast<std::size_t>(who.of_->written - who.passed_);
}

void change_log::read(reader& who, std::size_t most, std::vector<picture_change>& out) {
  while (most > 0) {
    if (who.index_ == block_size) {
      if (!who.at_->next)
        return;
      who.at_ = who.at_->next;
      who.index_ = 0;
    }
    if (who.index_ == who.at_->used)
      return;
    out.push_back(who.at_->changes[who.index_++]);
    ++who.passed_;
    --most;
  }
}

bool change_log::await(const reader& who, std::uint64_t number) {
  if (who.passed_ != who.of_->written)
    return false;
  who.of_->waiting.push_back(number);
  return true;
}

void change_log::activate() {
  active_ = true;
  kept_after_ = position_;
}

void change_log::rest_if_unwatched(moment now) {
  if (!active_ || is_active(now))
    return;
  active_ = false;
  ++position_; // who has read up to the last one knows nothing of what is not written from now on
  moving_.clear();
  kept_.clear();
  kept_bytes_ = 0;
}

void change_log::keep(const picture_change& change, moment now) {
  kept_.push_back({now, bytes_of(change), change});
  kept_bytes_ += kept_.back().bytes;
}

void change_log::drop_oldest() {
  kept_after_ = kept_.front().change.position;
  kept_bytes_ -= kept_.front().bytes;
  kept_.pop_front();
}

void change_log::forget_old(moment now) {
  while (!kept_.empty() && (kept_bytes_ > bounds_.kept_bytes || now - kept_.front().since > bounds_.keep))
    drop_oldest();
}

} // namespace rollcall
