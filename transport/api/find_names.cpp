#include "transport/api/find_names.hpp"

#include "domain/base/text.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::uint64_t most_entries = 1000;

constexpr std::array<string_view, 4> kinds = {"customer", "account", "vendor", "connection"};
constexpr std::array<string_view, 6> parameters = {"kind", "id", "name", "i_customer", "offset", "limit"};
constexpr parameter_list takes{parameters, "i_customer"};

constexpr string_view help =
    "Names customers, accounts, vendors and connections. Takes one struct: kind (customer, account, vendor, "
    "connection; required), id (integer: this one only), name (exact; * at the beginning, the end or both "
    "stands for anything, \\* is the character), i_customer (whose; must be given in trusted mode), offset "
    "and limit (at most and by default 1000). Returns a struct: result is 'OK', entries an array of structs "
    "with kind, id, name, i_customer (whose it is; 0 when that is not in scope) and max_sessions (-1: no "
    "limit), more (boolean) whether there are further ones.";

/// One entry, as all kinds have it.
struct named {
  std::int64_t id = 0;
  string_view name;
  customer_id of; ///< not known: nobody's, or somebody's above the scope
};

std::vector<named> customers(const directory& dir, customer_id scope) {
  std::vector<named> all;
  for (const auto& c : dir.entries().customers)
    if (dir.covers(scope, c.id))
      all.push_back({c.id.value(), c.name, dir.covers(scope, c.wholesaler) ? c.wholesaler : customer_id{}});
  return all;
}

std::vector<named> accounts(const directory& dir, customer_id scope) {
  std::vector<named> all;
  for (const auto& a : dir.entries().accounts)
    if (dir.covers(scope, a.customer))
      all.push_back({a.id.value(), a.username, a.customer});
  return all;
}

template <class Entry>
std::vector<named> all_of(const std::vector<Entry>& entries) {
  std::vector<named> all;
  for (const auto& e : entries)
    all.push_back({e.id.value(), e.name, {}});
  return all;
}

std::vector<named> candidates(const names_request& request, const directory& dir) {
  switch (request.kind) {
  case name_kind::customer:
    return customers(dir, request.scope);
  case name_kind::account:
    return accounts(dir, request.scope);
  case name_kind::vendor:
    return all_of(dir.entries().vendors);
  case name_kind::connection:
    return all_of(dir.entries().connections);
  }
  return {};
}

void run(const invocation_ptr& call, done_fn done) {
  auto request = parse_find_names(*call);
  if (!request)
    done(std::move(request.why()));
  else
    done(found_names(*request, *call->settings().directory, call->settings().style.full_unicode));
}

} // namespace

const method find_names{
    .name = "findNames",
    .takes = takes,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = help,
    .run = run,
};

xmlrpc::or_fault<names_request> parse_find_names(const invocation& call) {
  param_reader in{call, takes};
  names_request request;
  const auto kind = in.text("kind");
  in.require(kind, "kind");
  const auto found = std::find(kinds.begin(), kinds.end(), kind.value_or(""));
  if (found == kinds.end())
    in.fail("Parameter kind must be one of customer, account, vendor, connection");
  request.id = in.integer("id");
  request.name = in.pattern("name");
  const auto named = in.id<customer_id>("i_customer");
  request.offset = in.count("offset").value_or(0);
  request.limit = in.count("limit").value_or(most_entries);
  if (request.limit > most_entries)
    in.fail("Parameter limit must be at most 1000");
  if (in.failure())
    return *in.failure();
  const auto scope =
      scope_of(call.who(), *call.settings().directory, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  request.scope = *scope;
  request.kind = static_cast<name_kind>(found - kinds.begin());
  return request;
}

answer found_names(const names_request& request, const directory& dir, bool full_unicode) {
  auto all = candidates(request, dir);
  std::erase_if(all, [&](const named& one) {
    return (request.id && one.id != *request.id) || (request.name && !request.name->matches(one.name));
  });
  std::sort(all.begin(), all.end(), [](const named& a, const named& b) { return a.id < b.id; });
  const auto begin = std::min<std::uint64_t>(request.offset, all.size());
  const auto end = begin + std::min<std::uint64_t>(request.limit, all.size() - begin);
  std::string value;
  xmlrpc::writer w{value, full_unicode};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("entries").begin_array();
  for (auto i = begin; i < end; ++i) {
    w.begin_struct();
    w.begin_member("kind").text(kinds[static_cast<std::size_t>(request.kind)]).end_member();
    w.begin_member("id").integer(all[i].id).end_member();
    w.begin_member("name").text(cleaned(all[i].name)).end_member();
    w.begin_member("i_customer").integer(all[i].of.known() ? all[i].of.value() : 0).end_member();
    w.begin_member("max_sessions").integer(-1).end_member();
    w.end_struct();
  }
  w.end_array().end_member();
  w.begin_member("more").boolean(end < all.size()).end_member();
  w.end_struct();
  return {std::move(value)};
}

} // namespace rollcall::api
