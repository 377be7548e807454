#include "actors/audit_backlog.hpp"

namespace rollcall {

namespace {

constexpr std::uint64_t eighths = 8;

} // namespace

bool audit_backlog::has_room(audit_room of) const noexcept {
  return waiting_ < limit_ * static_cast<std::uint64_t>(of) / eighths;
}

bool audit_backlog::admit(std::size_t bytes, audit_room of) noexcept {
  const auto room = has_room(of);
  if (room)
    take_up(bytes);
  return room;
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
