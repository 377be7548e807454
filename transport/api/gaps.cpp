#include "transport/api/gaps.hpp"

#include "domain/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

using name_list = std::vector<std::string>;

/// One kind of gap and what it is called.
struct gap {
  name_list coverage::*of; ///< null: nothing finds gaps of this kind yet, and there are none
  std::string_view header;
  std::string_view member;
  bool incomplete;  ///< it makes the answer incomplete
  bool always_told; ///< the envelope has the member also when it is empty
};

constexpr std::array gaps{
    gap{&coverage::missing, "X-Rollcall-Missing-Nodes", "missing_nodes", true, true},
    gap{&coverage::unknown, "X-Rollcall-Unknown-Switches", "unknown_switches", true, true},
    gap{&coverage::unverified, "X-Rollcall-Unverified-Switches", "unverified_switches", false, true},
    gap{&coverage::other_directory, "X-Rollcall-Other-Directory", "other_directory", true, true},
    gap{&coverage::clock_offset, "X-Rollcall-Clock-Offset", "clock_offset", true, false},
};
static_assert(sizeof(coverage)
                  == std::ranges::count_if(gaps, [](const gap& one) { return one.of != nullptr; })
                         * sizeof(name_list),
              "every field of coverage is told");

const name_list& found(const coverage& covers, const gap& one) {
  static const name_list none;
  return one.of ? covers.*one.of : none;
}

/// The names as the value of a header. Clients bound a header's length: what is too long ends with how many
/// more there are.
std::string joined_names(const name_list& from) {
  constexpr std::size_t most_bytes = 1024;
  std::string list;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (list.size() > most_bytes)
      return list + ", and " + std::to_string(from.size() - i) + " more";
    list.append(list.empty() ? "" : ", ").append(from[i]);
  }
  return list;
}

} // namespace

bool is_complete(const coverage& covers) {
  return std::all_of(gaps.begin(), gaps.end(),
                     [&](const gap& one) { return !one.incomplete || found(covers, one).empty(); });
}

void add_headers(std::vector<http::field>& headers, const coverage& covers) {
  headers.emplace_back("X-Rollcall-Complete", is_complete(covers) ? "yes" : "no");
  for (const auto& one : gaps)
    if (const auto& some = found(covers, one); !some.empty())
      headers.emplace_back(one.header, joined_names(some));
}

void write_members(xmlrpc::writer& to, const coverage& covers) {
  to.begin_member("complete").boolean(is_complete(covers)).end_member();
  for (const auto& one : gaps) {
    const auto& some = found(covers, one);
    if (some.empty() && !one.always_told)
      continue;
    to.begin_member(one.member).begin_array();
    for (const auto& name : some)
      to.text(cleaned(name));
    to.end_array().end_member();
  }
}

void join(coverage& whole, const coverage& part) {
  for (const auto& one : gaps) {
    if (!one.of)
      continue;
    auto& known = whole.*one.of;
    const auto& more = part.*one.of;
    name_list all;
    std::set_union(known.begin(), known.end(), more.begin(), more.end(), std::back_inserter(all));
    known = std::move(all);
  }
}

} // namespace rollcall::api
