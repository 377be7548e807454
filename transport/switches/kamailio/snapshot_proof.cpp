#include "transport/switches/kamailio/snapshot_proof.hpp"

#include <cstdlib>
#include <functional>
#include <utility>

namespace rollcall::kamailio {

namespace {

std::size_t dialog_hash(std::string_view id) { return std::hash<std::string_view>{}(id); }

} // namespace

void snapshot_proof::begin(moment now) {
  end();
  open_ = true;
  forget_changes(now);
  changes_before_ = changes_all_ = changes_.size();
}

void snapshot_proof::end() {
  open_ = read_ = false;
  before_.reset();
  after_.reset();
  spoilt_.clear();
  for (auto* each : {&started_, &ended_, &reported_, &unreported_})
    ids{}.swap(*each); // a million dialogs are 32 MB, and the next snapshot is a minute away
}

void snapshot_proof::started(std::string_view id, moment now) {
  changed(now);
  if (open_)
    started_.insert(dialog_hash(id));
}

void snapshot_proof::ended(std::string_view id, moment now) {
  changed(now);
  if (open_)
    ended_.insert(dialog_hash(id));
}

void snapshot_proof::changed(moment now) {
  forget_changes(now);
  changes_.push_back(now);
  changes_before_ += !before_ || now <= before_at_ + blur_ ? 1 : 0;
  changes_after_ += read_ ? 1 : 0;
  ++changes_all_;
}

void snapshot_proof::forget_changes(moment now) {
  while (!changes_.empty() && changes_.front() < now - blur_)
    changes_.pop_front();
}

void snapshot_proof::list_read(moment now) {
  read_ = true;
  forget_changes(now);
  changes_after_ = changes_.size();
}

void snapshot_proof::counted(std::uint64_t dialogs, moment now) {
  if (!before_) {
    before_ = dialogs;
    before_at_ = now;
  } else {
    after_ = dialogs;
  }
}

void snapshot_proof::listed(std::string_view id, bool reported) {
  (reported ? reported_ : unreported_).insert(dialog_hash(id));
}

void snapshot_proof::spoil(std::string reason) {
  if (open_ && spoilt_.empty())
    spoilt_ = std::move(reason);
}

std::string snapshot_proof::doubt(bool end_marked) const {
  if (!spoilt_.empty())
    return spoilt_;
  if (!before_ || !after_)
    return "Kamailio's own count is missing";
  const auto listed = static_cast<std::int64_t>(reported_.size() + unreported_.size());
  auto expected_before = listed;
  auto expected_after = listed;
  for (const auto id : started_) {
    expected_before -= has(id) ? 1 : 0;
    expected_after += !has(id) && !ended_.contains(id) ? 1 : 0;
  }
  for (const auto id : ended_) {
    expected_before += !has(id) && !started_.contains(id) ? 1 : 0;
    // One that is listed without what the script keeps had ended before, and Kamailio keeps it for a while.
    expected_after -= reported_.contains(id) ? 1 : 0;
  }
  const auto unseen = end_marked ? unreported_.size() : 0;
  const auto agrees = [&](std::uint64_t counted, std::int64_t expected, std::uint64_t changes) {
    return static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(counted) - expected))
           <= changes + unseen;
  };
  if (agrees(*before_, expected_before, end_marked ? changes_all_ : changes_before_)
      && agrees(*after_, expected_after, end_marked ? changes_all_ : changes_after_))
    return {};
  return std::to_string(listed) + " dialogs, of which Kamailio counts " + std::to_string(*before_)
         + " before and " + std::to_string(*after_) + " after (by events " + std::to_string(expected_before)
         + " and " + std::to_string(expected_after) + ")";
}

} // namespace rollcall::kamailio
