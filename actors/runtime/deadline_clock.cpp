#include "actors/runtime/deadline_clock.hpp"

#include "actors/runtime/priority.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/abstract_group.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <utility>

namespace rollcall {

namespace {

/// In an actor's flags, in a bit that CAF does not use: it has, or has had, items here. Set by who runs it.
constexpr int has_items = 0x10000;
static_assert((has_items & (flags_of_caf | flags_of_priority)) == 0);

} // namespace

void deadline_clock::run() {
  while (true) {
    deliver_due(now());
    std::unique_lock lock{mutex_};
    if (stopped_)
      return;
    if (agenda_.empty()) {
      asleep_until_ = time_point::max();
      changed_.wait(lock);
    } else if (const auto next = agenda_.begin()->first; next > now()) {
      asleep_until_ = next;
      changed_.wait_until(lock, next);
    }
    asleep_until_ = time_point::min();
  }
}

void deadline_clock::deliver_due(time_point by) {
  std::vector<item> due;
  {
    const std::lock_guard lock{mutex_};
    while (!agenda_.empty() && agenda_.begin()->first <= by) {
      disown(agenda_.begin());
      due.push_back(std::move(agenda_.begin()->second));
      agenda_.erase(agenda_.begin());
    }
  }
  for (auto& one : due)
    deliver(one);
}

void deadline_clock::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
}

void deadline_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                          std::uint64_t id) {
  cancel_ordinary_timeout(self, type);
  add(t, {.what = item::kind::ordinary, .actor = self->ctrl(), .type = type, .number = id}, self);
}

void deadline_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                       std::uint64_t id) {
  add(t, {.what = item::kind::multi, .actor = self->ctrl(), .type = type, .number = id}, self);
}

void deadline_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  add(t, {.what = item::kind::request, .actor = self->ctrl(), .request = id}, self);
}

void deadline_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  cancel_if(self, [=](const item& x) { return x.what == item::kind::ordinary && x.type == type; });
}

void deadline_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  cancel_if(self, [=](const item& x) { return x.what == item::kind::request && x.request == id; });
}

void deadline_clock::cancel_timeouts(caf::abstract_actor* self) {
  cancel_if(self, [](const item&) { return true; });
}

void deadline_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                      caf::mailbox_element_ptr content) {
  auto* to = receiver->get();
  auto* owner = content->sender == receiver ? to : nullptr;
  add(t, {.what = item::kind::message, .actor = std::move(receiver), .content = std::move(content)}, owner);
}

void deadline_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                      caf::message content) {
  add(t,
      {.what = item::kind::to_group,
       .actor = std::move(sender),
       .group = std::move(target),
       .group_content = std::move(content)},
      nullptr);
}

void deadline_clock::cancel_all() {
  agenda dropped;
  const std::lock_guard lock{mutex_};
  owners_.clear();
  agenda_.swap(dropped);
}

std::size_t deadline_clock::size() const {
  const std::lock_guard lock{mutex_};
  return agenda_.size();
}

void deadline_clock::add(time_point t, item what, caf::abstract_actor* owner) {
  if (owner)
    owner->setf(has_items);
  auto is_next = false;
  {
    const std::lock_guard lock{mutex_};
    const auto added = agenda_.emplace(t, std::move(what));
    if (owner)
      owners_[owner->id()].push_back(added);
    is_next = t < asleep_until_;
  }
  if (is_next)
    changed_.notify_one();
}

template <class Predicate>
void deadline_clock::cancel_if(caf::abstract_actor* self, Predicate matches) {
  if (!self->getf(has_items))
    return;
  absl::InlinedVector<agenda::node_type, 2>
      dropped; // destroyed without the lock: they may be last to know an actor
  const std::lock_guard lock{mutex_};
  const auto found = owners_.find(self->id());
  if (found == owners_.end())
    return;
  auto& items = found->second;
  for (auto i = items.begin(); i != items.end();)
    if (matches((*i)->second)) {
      dropped.push_back(agenda_.extract(*i));
      i = items.erase(i);
    } else {
      ++i;
    }
  if (items.empty())
    owners_.erase(found);
}

void deadline_clock::disown(agenda::iterator due) {
  const auto& what = due->second;
  if (!what.actor)
    return;
  const auto found = owners_.find(what.actor->id());
  if (found == owners_.end())
    return;
  auto& items = found->second;
  items.erase(std::remove(items.begin(), items.end(), due), items.end());
  if (items.empty())
    owners_.erase(found);
}

void deadline_clock::deliver(item& due) {
  using kind = item::kind;
  switch (due.what) {
  case kind::ordinary:
  case kind::multi:
    due.actor->get()->eq_impl(caf::make_message_id(), due.actor, nullptr,
                              caf::timeout_msg{due.type, due.number});
    break;
  case kind::request:
    due.actor->get()->eq_impl(due.request, due.actor, nullptr, caf::sec::request_timeout);
    break;
  case kind::message:
    due.actor->enqueue(std::move(due.content), nullptr);
    break;
  case kind::to_group:
    due.group->eq_impl(caf::make_message_id(), std::move(due.actor), nullptr, std::move(due.group_content));
    break;
  }
}

} // namespace rollcall
