#include "actors/audit_backlog.hpp"

namespace rollcall {

bool audit_backlog::admit(std::size_t bytes) noexcept {
  if (waiting_.fetch_add(bytes) + bytes <= limit_)
    return true;
  waiting_ -= bytes;
  ++dropped_;
  return false;
}

bool audit_backlog::set_trouble(const std::string& why, timestamp now) {
  const std::lock_guard lock{mutex_};
  const auto news = why.empty() == told_.unwritable_since.has_value();
  if (why.empty())
    told_.unwritable_since.reset();
  else if (!told_.unwritable_since)
    told_.unwritable_since = now;
  told_.trouble = why;
  return news;
}

void audit_backlog::set_loss(const std::string& what, timestamp now) {
  const std::lock_guard lock{mutex_};
  told_.begun_anew = now;
  told_.loss = what;
  ++told_.losses;
}

audit_status audit_backlog::status() const {
  const std::lock_guard lock{mutex_};
  auto now = told_;
  now.late = late_;
  now.dropped = dropped_;
  now.left_out = left_out_;
  now.waiting_bytes = waiting_;
  now.limit_bytes = limit_;
  return now;
}

} // namespace rollcall
