#include "transport/api/find_names.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/names_source.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::uint64_t most_entries = 1000;

constexpr std::array<string_view, 6> find_names_parameters = {"kind",       "id",     "name",
                                                              "i_customer", "offset", "limit"};
constexpr parameter_list find_names_takes{find_names_parameters, "i_customer"};

constexpr string_view find_names_help =
    "Names customers, accounts, vendors and connections. Takes one struct: kind (customer, account, vendor, "
    "connection; required), id (integer: this one only), name (exact; * at the beginning, the end or both "
    "stands for anything, \\* is the character), i_customer (whose; must be given in trusted mode), offset "
    "and limit (at most and by default 1000). Returns a struct: result is 'OK', entries an array of structs "
    "with kind, id, name, i_customer (whose it is; 0 when that is not in scope) and max_sessions (-1: no "
    "limit), more (boolean) whether there are further ones.";

void run_find_names(const invocation_ptr& call, done_fn done) {
  auto request = parse_find_names(*call);
  if (!request) {
    done(std::move(request.why()));
    return;
  }
  auto place = place_for(*call, &service::questions, request->scope);
  if (!place) {
    done(too_many_at_once());
    return;
  }
  const auto& by = call->settings();
  done(found_names(std::move(*request), by.directory, by.style.full_unicode, std::move(place)));
}

} // namespace

const method find_names{
    .name = "findNames",
    .takes = find_names_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = find_names_help,
    .run = run_find_names,
};

xmlrpc::or_fault<names_request> parse_find_names(const invocation& call) {
  param_reader in{call, find_names_takes};
  names_request request;
  const auto kind = in.text("kind");
  in.require(kind, "kind");
  const auto found = std::find(name_kinds.begin(), name_kinds.end(), kind.value_or(""));
  if (found == name_kinds.end())
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
  request.kind = static_cast<name_kind>(found - name_kinds.begin());
  return request;
}

answer found_names(names_request request, directory_ptr dir, bool full_unicode, request_quota::place place) {
  return {std::make_unique<names_source>(std::move(request), std::move(dir), full_unicode, std::move(place))};
}

} // namespace rollcall::api
