#include "transport/api/names_source.hpp"

#include "domain/base/text.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall::api {

namespace {

/// Entries that are looked at before others have a turn.
constexpr std::size_t entries_at_once = 8'192;

std::string_view name_in(const account& a) { return a.username; }

template <class Entry>
std::string_view name_in(const Entry& e) {
  return e.name;
}

// Vendors and connections are nobody's, and told to everybody.
template <class Entry>
bool is_in_scope(const Entry&, const directory&, customer_id) {
  return true;
}
bool is_in_scope(const customer& c, const directory& dir, customer_id scope) {
  return dir.covers(scope, c.id);
}
bool is_in_scope(const account& a, const directory& dir, customer_id scope) {
  return dir.covers(scope, a.customer);
}

// Only who makes calls has a limit.
template <class Entry>
std::int64_t sessions_of(const Entry&) {
  return no_limit;
}
std::int64_t sessions_of(const customer& c) { return c.max_sessions; }
std::int64_t sessions_of(const account& a) { return a.max_sessions; }

template <class Entry>
customer_id whose(const Entry&, const directory&, customer_id) {
  return {};
}
customer_id whose(const customer& c, const directory& dir, customer_id scope) {
  return dir.covers(scope, c.wholesaler) ? c.wholesaler : customer_id{};
}
customer_id whose(const account& a, const directory&, customer_id) { return a.customer; }

} // namespace

names_source::names_source(names_request request, directory_ptr dir, bool full_unicode,
                           std::shared_ptr<const void> held)
    : held_(std::move(held)),
      request_(std::move(request)),
      directory_(std::move(dir)),
      full_unicode_(full_unicode) {}

bool names_source::next(std::string& out) {
  if (look_on())
    return true;
  write(out);
  held_.reset();
  return false;
}

/// False when all entries were looked at.
bool names_source::look_on() {
  const auto& all = directory_->entries();
  switch (request_.kind) {
  case name_kind::customer:
    return look_at_some(all.customers);
  case name_kind::account:
    return look_at_some(all.accounts);
  case name_kind::vendor:
    return look_at_some(all.vendors);
  case name_kind::connection:
    return look_at_some(all.connections);
  }
  return false;
}

template <class Entry>
bool names_source::look_at_some(const std::vector<Entry>& all) {
  const auto scope = request_.scope;
  const auto& id = request_.id;
  const auto& name = request_.name;
  const auto end = std::min(all.size(), looked_at_ + entries_at_once);
  for (; looked_at_ < end; ++looked_at_) {
    const auto& one = all[looked_at_];
    if ((!id || one.id.value() == *id) && (!name || name->matches(name_in(one)))
        && is_in_scope(one, *directory_, scope))
      found_.push_back({one.id.value(), name_in(one), whose(one, *directory_, scope), sessions_of(one)});
  }
  return looked_at_ < all.size();
}

void names_source::write(std::string& out) {
  const auto begin = std::min<std::uint64_t>(request_.offset, found_.size());
  const auto end = begin + std::min<std::uint64_t>(request_.limit, found_.size() - begin);
  const auto at = [this](std::uint64_t i) {
    return std::next(found_.begin(), static_cast<std::ptrdiff_t>(i));
  };
  const auto by_id = [](const named& a, const named& b) { return a.id < b.id; };
  // Only the page is put in order.
  std::nth_element(found_.begin(), at(begin), found_.end(), by_id);
  std::partial_sort(at(begin), at(end), found_.end(), by_id);
  xmlrpc::writer w{out, full_unicode_};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("entries").begin_array();
  for (auto each = at(begin); each != at(end); ++each) {
    w.begin_struct();
    w.begin_member("kind").text(name_kinds[static_cast<std::size_t>(request_.kind)]).end_member();
    w.begin_member("id").integer(each->id).end_member();
    w.begin_member("name").text(cleaned(each->name)).end_member();
    w.begin_member("i_customer").integer(each->of.known() ? each->of.value() : 0).end_member();
    w.begin_member("max_sessions").integer(each->max_sessions).end_member();
    w.end_struct();
  }
  w.end_array().end_member();
  w.begin_member("more").boolean(end < found_.size()).end_member();
  w.end_struct();
}

} // namespace rollcall::api
