#include "apps/rollcall/hang_up.hpp"

#include "apps/rollcall/directory_names.hpp"
#include "apps/rollcall/members.hpp"
#include "apps/rollcall/stats.hpp"
#include "domain/base/visible_text.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace rollcall::cli {

namespace {

using boost::json::object;

// One that a hang-up is sent for; Disconnecting and Dead ones are not counted (contract, 5.2).
bool can_be_hung_up(const boost::json::value& row) {
  const auto state = text_of(row, "CC_STATE");
  return state != "Disconnecting" && state != "Dead";
}

hang_up_preview listed(api_client& api, const object& parameters) {
  auto answer = api.call("listAllCalls", parameters);
  auto* rows = answer.value.if_array();
  if (!rows)
    throw command_error(exit_code::failure, "the server's answer is not a list");
  hang_up_preview found;
  for (auto& row : *rows)
    if (can_be_hung_up(row))
      found.calls.push_back(std::move(row));
  found.gaps = std::move(answer.gaps);
  return found;
}

std::string subject_of_customer(std::int64_t id, const directory_names& customer) {
  return "customer " + std::to_string(id) + customer.shown + " and its subcustomers";
}

// For what is only told, and must not keep a hang-up waiting.
server hurried(server to) {
  to.timeout = std::min<std::chrono::microseconds>(to.timeout, std::chrono::seconds{2});
  return to;
}

hang_up_preview of_account(api_client& api, const hang_up_target& target) {
  auto found = listed(api, parameters_of(target));
  const auto by_name = !target.username.empty();
  const auto account = by_name ? names_of(api, "account", {{"name", exactly(target.username)}}, target.as)
                               : names_of(api, "account", {{"id", target.id}}, target.as);
  const auto named = by_name ? '"' + visible_text(target.username) + '"' : std::to_string(target.id);
  if (!account.known && found.calls.empty())
    throw command_error(exit_code::not_found, "no account " + named + " and no calls of one");
  if (!account.known)
    found.subject = "account " + named + " (the directory does not know it)";
  else if (by_name && account.id == 0)
    found.subject = "account " + named;
  else
    found.subject = "account " + std::to_string(by_name ? account.id : target.id) + account.shown;
  if (account.of != 0)
    found.subject += " of customer " + std::to_string(account.of)
                     + names_of(api, "customer", {{"id", account.of}}, target.as).shown;
  return found;
}

hang_up_preview of_customer(api_client& api, const hang_up_target& target) {
  const auto customer = names_of(api, "customer", {{"id", target.id}}, target.as);
  if (!customer.known)
    throw command_error(exit_code::not_found, "no customer " + std::to_string(target.id));
  auto found = listed(api, {{"i_customer", target.id}});
  found.subject = subject_of_customer(target.id, customer);
  return found;
}

std::string counted(std::int64_t calls, const std::string& what, const caveats& gaps) {
  return std::to_string(calls) + (gaps.whole() ? " " : " or more ") + what + (calls == 1 ? "" : "s");
}

// The stats of a customer are small where the list of its calls is not.
std::string announced_customer(api_client& api, const hang_up_target& target) {
  const auto found = ask_stats(api, target.id, true);
  return counted(found.total, "active call", found.gaps) + " of "
         + subject_of_customer(target.id, names_of(api, "customer", {{"id", target.id}}, target.as));
}

std::string announced_account(api_client& api, const hang_up_target& target) {
  const auto found = of_account(api, target);
  return counted(static_cast<std::int64_t>(found.calls.size()), "call", found.gaps) + " of " + found.subject;
}

} // namespace

std::size_t of_unverified_switches(const hang_up_preview& found) {
  // "sbc-1, sbc-2" of the header, and the switch's name before the first colon of an ID.
  const auto names = ", " + found.gaps.unverified_switches + ',';
  return static_cast<std::size_t>(
      std::count_if(found.calls.begin(), found.calls.end(), [&](const boost::json::value& row) {
        const auto id = text_of(row, "ID");
        return names.find(", " + id.substr(0, id.find(':')) + ',') != std::string::npos;
      }));
}

hang_up_preview preview(api_client& api, const hang_up_target& target) {
  return target.what == hang_up_target::kind::account ? of_account(api, target) : of_customer(api, target);
}

hang_up_preview preview(api_client& api, const std::vector<std::string>& ids,
                        std::optional<std::int64_t> as) {
  auto found = listed(api, as ? object{{"i_customer", *as}} : object{});
  const std::unordered_set<std::string> meant(ids.begin(), ids.end());
  boost::json::array calls;
  for (auto& row : found.calls)
    if (meant.contains(text_of(row, "ID")))
      calls.push_back(std::move(row));
  found.calls = std::move(calls);
  found.subject = std::to_string(ids.size()) + (ids.size() == 1 ? " ID" : " IDs");
  return found;
}

std::string announced(const server& to, const hang_up_target& target, const std::string& remark) {
  const auto account = target.what == hang_up_target::kind::account;
  try {
    api_client api(hurried(to));
    return (account ? announced_account(api, target) : announced_customer(api, target)) + remark;
  } catch (const command_error& e) {
    return "the calls of " + std::string(account ? "account " : "customer ")
           + (target.username.empty() ? std::to_string(target.id) : '"' + visible_text(target.username) + '"')
           + " (their number is not known: " + visible_text(e.what()) + ')';
  }
}

std::string name_of_customer(const server& to, std::int64_t id) {
  try {
    api_client api(hurried(to));
    return names_of(api, "customer", {{"id", id}}, id).shown;
  } catch (const command_error&) {
    return {};
  }
}

object parameters_of(const hang_up_target& target) {
  const auto account = target.what == hang_up_target::kind::account;
  object parameters;
  if (!target.username.empty())
    parameters["account"] = target.username;
  else
    parameters[account ? "i_account" : "i_customer"] = target.id;
  if (target.as)
    parameters[account ? "i_customer" : "i_wholesaler"] = *target.as;
  return parameters;
}

api_answer order(api_client& api, const std::string& method, const object& parameters) {
  try {
    return api.call(method, parameters);
  } catch (const unanswered& e) {
    throw command_error(exit_code::timeout,
                        std::string(e.what()) + "; the hang-up may have been carried out");
  }
}

} // namespace rollcall::cli
