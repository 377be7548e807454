#include "domain/lists/call_groups.hpp"

#include "domain/base/text.hpp"
#include "domain/calls/call_state.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

namespace rollcall {

namespace {

using text = call_record::text;

struct kind_name {
  std::string_view name;
  group_kind kind;
};

constexpr std::array<kind_name, 9> whole_kinds{{{"i_customer", group_kind::customer},
                                                {"top_customer", group_kind::top_customer},
                                                {"i_account", group_kind::account},
                                                {"i_vendor", group_kind::vendor},
                                                {"i_connection", group_kind::connection},
                                                {"cc_state", group_kind::state},
                                                {"switch", group_kind::source},
                                                {"node_id", group_kind::node},
                                                {"direction", group_kind::direction}}};

constexpr std::array<kind_name, 2> prefix_kinds{
    {{"cld_prefix:", group_kind::cld_prefix}, {"cli_prefix:", group_kind::cli_prefix}}};

/// An id as rows tell it: 32 bits, or not known.
std::int64_t shown(std::int64_t id) {
  return id > 0 && id <= std::numeric_limits<std::int32_t>::max() ? id : 0;
}

/// So many characters of a clean text.
std::string_view beginning(std::string_view of, std::size_t characters) {
  std::size_t at = 0;
  for (; at < of.size(); ++at)
    if ((static_cast<unsigned char>(of[at]) & 0xC0) != 0x80 && characters-- == 0)
      break;
  return of.substr(0, at);
}

} // namespace

std::optional<grouping> grouping::parse(std::string_view written) {
  for (const auto& [name, kind] : whole_kinds)
    if (written == name)
      return grouping{kind, 0};
  for (const auto& [name, kind] : prefix_kinds) {
    if (!written.starts_with(name))
      continue;
    written.remove_prefix(name.size());
    std::size_t digits = 0;
    const auto* const end = written.data() + written.size();
    const auto read = std::from_chars(written.data(), end, digits);
    if (read.ec == std::errc{} && read.ptr == end && digits >= 1 && digits <= most_digits
        && written.front() != '0')
      return grouping{kind, digits};
  }
  return std::nullopt;
}

bool grouping::is_tallied() const {
  switch (by) {
  case group_kind::customer:
  case group_kind::top_customer:
  case group_kind::account:
  case group_kind::state:
  case group_kind::source:
  case group_kind::node:
    return true;
  default:
    return false;
  }
}

call_groups::call_groups(grouping by, directory_ptr dir, customer_id scope, bool full_unicode)
    : by_(by), directory_(std::move(dir)), scope_(scope), full_unicode_(full_unicode) {}

void call_groups::add(const call_row& row) {
  add(group_of(row), 1, row.record->state() == call_state::connected ? 1 : 0);
}

void call_groups::add(const account_key& account, const switch_counts& counts) {
  const auto* const owner = directory_->owner(account.environment, account.account);
  const auto customer = owner ? owner->id : customer_id{};
  for (const auto& [source, states] : counts.by_switch()) {
    if (by_.by == group_kind::state) {
      for (std::size_t i = 0; i < call_state_count; ++i)
        if (const auto calls = states.by_state[i]; calls != 0)
          add(of(call_state_names[i]), calls,
              static_cast<call_state>(i) == call_state::connected ? calls : 0);
      continue;
    }
    if (states.active() != 0)
      add(group_of(account, customer, *source), states.active(), states.connected());
  }
}

/// Of a kind that is tallied, but for states.
call_groups::count& call_groups::group_of(const account_key& account, customer_id customer,
                                          const switch_identity& source) {
  switch (by_.by) {
  case group_kind::source:
    return of(source.name.value());
  case group_kind::node:
    return of(source.node.value());
  case group_kind::account:
    return of(shown(account.account.value()));
  case group_kind::top_customer:
    return of(top_of(customer).value());
  default:
    return of(customer.value());
  }
}

void call_groups::add(count& to, std::uint64_t total, std::uint64_t connected) {
  to.total += total;
  to.connected += connected;
  total_ += total;
  connected_ += connected;
}

call_groups::count& call_groups::of(std::string_view key) {
  if (const auto found = by_text_.find(key); found != by_text_.end())
    return found->second;
  return by_text_[full_unicode_ ? std::string{key} : within_16_bits(key)];
}

call_groups::count& call_groups::group_of(const call_row& row) {
  const auto& call = *row.record;
  const auto* const connection = by_.by == group_kind::vendor ? directory_->find(call.connection()) : nullptr;
  switch (by_.by) {
  case group_kind::customer:
    return of(row.customer.value());
  case group_kind::top_customer:
    return of(top_of(row.customer).value());
  case group_kind::account:
    return of(shown(call.account().value()));
  case group_kind::vendor:
    return of(connection ? connection->vendor.value() : 0);
  case group_kind::connection:
    return of(shown(call.connection().value()));
  case group_kind::state:
    return of(to_string(call.state()));
  case group_kind::source:
    return of(call.source().name.value());
  case group_kind::node:
    return of(call.source().node.value());
  case group_kind::direction:
    return of(call.get(text::direction));
  case group_kind::cld_prefix:
    return of(beginning(call.get(text::cld), by_.digits));
  case group_kind::cli_prefix:
    return of(beginning(call.get(text::cli), by_.digits));
  }
  return of(std::string_view{});
}

/// Its ancestor directly below the scope.
customer_id call_groups::top_of(customer_id id) {
  const auto [found, is_new] = tops_.try_emplace(id);
  if (!is_new)
    return found->second;
  auto top = id;
  for (const auto* each = directory_->find(top); each && each->id != scope_ && each->wholesaler != scope_;
       each = directory_->find(top))
    top = each->wholesaler; // of a root customer none, where it ends
  return found->second = top;
}

std::string_view call_groups::name_of(std::int64_t id) const {
  const auto name = [](const auto* entry) {
    return entry ? std::string_view{entry->name} : std::string_view{};
  };
  switch (by_.by) {
  case group_kind::customer:
  case group_kind::top_customer:
    return directory_->covers(scope_, customer_id{id}) ? name(directory_->find(customer_id{id}))
                                                       : std::string_view{};
  case group_kind::vendor:
    return directory_->name_of(vendor_id{id});
  case group_kind::connection:
    return name(directory_->find(connection_id{id}));
  case group_kind::account: {
    const auto* const found = directory_->find(account_id{id});
    return found && directory_->covers(scope_, found->customer) ? std::string_view{found->username}
                                                                : std::string_view{};
  }
  default:
    return {};
  }
}

std::vector<call_group> call_groups::sorted(group_order order, std::uint64_t limit) const {
  struct ranked {
    std::int64_t id;
    std::string_view key; ///< of what has no id
    count counted;
  };
  const auto is_before = [order](const ranked& a, const ranked& b) {
    if (order == group_order::total && a.counted.total != b.counted.total)
      return a.counted.total > b.counted.total;
    return std::tie(a.id, a.key) < std::tie(b.id, b.key);
  };
  // A heap of those that come first so far, with the last of them in front: there may be as many groups as
  // calls, and most are not told.
  std::vector<ranked> first;
  first.reserve(std::min<std::uint64_t>(limit, size()));
  const auto consider = [&](const ranked& one) {
    if (first.size() < limit) {
      first.push_back(one);
      std::push_heap(first.begin(), first.end(), is_before);
    } else if (!first.empty() && is_before(one, first.front())) {
      std::pop_heap(first.begin(), first.end(), is_before);
      first.back() = one;
      std::push_heap(first.begin(), first.end(), is_before);
    }
  };
  for (const auto& [id, counted] : by_id_)
    consider({id, {}, counted});
  for (const auto& [key, counted] : by_text_)
    consider({0, key, counted});
  std::sort_heap(first.begin(), first.end(), is_before);
  std::vector<call_group> groups;
  groups.reserve(first.size());
  for (const auto& [id, key, counted] : first)
    groups.push_back({id == 0 ? std::string{key} : std::to_string(id), std::string{name_of(id)},
                      counted.total, counted.connected});
  return groups;
}

} // namespace rollcall
