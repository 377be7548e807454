#include "apps/rollcall/unknown_filters.hpp"

#include "apps/rollcall/directory_names.hpp"
#include "domain/base/visible_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::cli {

namespace {

void tell(const char* kind, const std::string& named) {
  std::cerr << "rollcall: no " << kind << ' ' << named << " is known\n";
}

std::string quoted(const std::string& text) { return '"' + visible_text(text) + '"'; }

/// False when getNetwork has told rows, and none of them has this name.
bool may_have(const boost::json::value& network, std::string_view rows, std::string_view key,
              const std::string& name) {
  const auto* const members = network.if_object();
  const auto* const told = members ? members->if_contains(rows) : nullptr;
  const auto* const all = told ? told->if_array() : nullptr;
  return !all || std::any_of(all->begin(), all->end(), [&](const boost::json::value& row) {
    const auto* const one = row.if_object();
    const auto* const its = one ? one->if_contains(key) : nullptr;
    return its && its->is_string() && its->get_string() == name;
  });
}

void look_in_directory(api_client& api, const filter_options& filter) {
  const auto look_for = [&](const char* kind, const std::optional<std::int64_t>& id) {
    if (id && !names_of(api, kind, {{"id", *id}}, filter.customer).known)
      tell(kind, std::to_string(*id));
  };
  look_for("account", filter.account);
  look_for("vendor", filter.vendor);
  look_for("connection", filter.connection);
  const auto& username = filter.username;
  if (!username.empty() && !names_of(api, "account", {{"name", exactly(username)}}, filter.customer).known)
    tell("account", quoted(username));
}

void look_in_network(api_client& api, const filter_options& filter) {
  if (filter.source.empty() && filter.node.empty())
    return;
  boost::json::object as;
  if (filter.customer)
    as["i_customer"] = *filter.customer;
  const auto network = api.call("getNetwork", as).value;
  if (!filter.source.empty() && !may_have(network, "switches", "name", filter.source))
    tell("switch", quoted(filter.source));
  if (!filter.node.empty() && !may_have(network, "nodes", "node_id", filter.node))
    tell("node", quoted(filter.node));
}

} // namespace

void tell_unknown(api_client& api, const filter_options& filter) {
  try {
    look_in_directory(api, filter);
    look_in_network(api, filter);
  } catch (const command_error&) {
    // A server that is older than these methods, or does not answer now.
  }
}

} // namespace rollcall::cli
