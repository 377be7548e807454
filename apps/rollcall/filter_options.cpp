#include "apps/rollcall/filter_options.hpp"

#include "apps/rollcall/call_ids.hpp"
#include "domain/calls/call_state.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace rollcall::cli {

namespace {

boost::json::value value_of(std::int64_t number) { return number; }
boost::json::value value_of(std::chrono::microseconds period) {
  return std::chrono::duration<double>{period}.count();
}

template <class T>
void add(boost::json::object& to, const char* name, const std::optional<T>& value) {
  if (value)
    to[name] = value_of(*value);
}

void add(boost::json::object& to, const char* name, const std::string& text) {
  if (!text.empty())
    to[name] = text;
}

void add(boost::json::object& to, const char* name, const std::vector<std::string>& texts) {
  if (!texts.empty())
    to[name] = boost::json::array(texts.begin(), texts.end());
}

void add_text(CLI::App& app, const std::string& name, std::string& text, const std::string& help) {
  app.add_option(name, text, help)->check(not_empty());
}

constexpr auto pattern_help = "; * at the beginning, the end or both stands for anything";

} // namespace

void filter_options::choose_customer(const server_options& asked) { cli::choose_customer(asked, customer); }

boost::json::object filter_options::parameters() const {
  boost::json::object to;
  add(to, "i_customer", customer);
  add(to, "i_account", account);
  add(to, "account", username);
  add(to, "i_vendor", vendor);
  add(to, "i_connection", connection);
  add(to, "node_id", node);
  add(to, "switch", source);
  if (!ids.empty())
    add(to, "ID", read_call_ids(ids, std::cin).ids);
  add(to, "cli", cli);
  add(to, "cld", cld);
  add(to, "call_id", sip_call_id);
  add(to, "media_ip", media_ip);
  add(to, "cc_state", states);
  add(to, "direction", direction);
  add(to, "min_duration", min_duration);
  add(to, "max_duration", max_duration);
  add(to, "min_delay", min_delay);
  add(to, "max_delay", max_delay);
  add(to, "min_age", min_age);
  if (suspect)
    to["suspect"] = true;
  if (no_recursive)
    to["recursive"] = false;
  return to;
}

void add_filter_options(CLI::App& app, filter_options& options) {
  add_id(app, "--customer", options.customer, "Under this customer's rights");
  app.add_flag("--no-recursive", options.no_recursive, "Without the calls of subcustomers");
  add_id(app, "--account", options.account, "Only calls of this account");
  add_text(app, "--username", options.username, "Only calls of the account of this name");
  add_id(app, "--vendor", options.vendor, "Only calls routed by this vendor");
  add_id(app, "--connection", options.connection, "Only calls routed by this connection");
  add_text(app, "--node", options.node, "Only calls of this node");
  add_text(app, "--switch", options.source, "Only calls of this switch");
  app.add_option("--id", options.ids,
                 "Only the call of this ID; may be given several times, - reads them from stdin")
      ->check(not_empty())
      ->allow_extra_args(false);
  add_text(app, "--cli", options.cli, std::string{"Only calls from this number"} + pattern_help);
  add_text(app, "--cld", options.cld, std::string{"Only calls to this number"} + pattern_help);
  add_text(app, "--call-id", options.sip_call_id, std::string{"Only this SIP Call-ID"} + pattern_help);
  add_text(app, "--media-ip", options.media_ip,
           std::string{"Only calls with media at this address, on either side"} + pattern_help);
  app.add_option("--state", options.states, "Only calls in this state; may be given several times")
      ->check(CLI::IsMember(std::vector<std::string>(call_state_names.begin(), call_state_names.end())))
      ->allow_extra_args(false);
  add_text(app, "--direction", options.direction, "Only calls of this direction");
  add_duration(app, "--min-duration", options.min_duration, "Only calls connected for so long");
  add_duration(app, "--max-duration", options.max_duration, "Only calls not connected for longer");
  add_duration(app, "--min-delay", options.min_delay, "Only calls with so long from setup to connect");
  add_duration(app, "--max-delay", options.max_delay, "Only calls with no longer from setup to connect");
  add_duration(app, "--min-age", options.min_age, "Only calls that began so long ago and are not over");
  app.add_flag("--suspect", options.suspect,
               "Only calls with a symptom, such as a setup that takes too long");
}

} // namespace rollcall::cli
