#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/call_ids.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/filter_options.hpp"
#include "apps/rollcall/hang_up.hpp"
#include "apps/rollcall/members.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/order_preview.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/visible_text.hpp"
#include "domain/calls/typed_id.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

using kind = column::kind;

constexpr std::array<column, 7> preview_columns = {{{"ID", kind::call_id},
                                                    {"CC_STATE"},
                                                    {"CLI"},
                                                    {"CLD"},
                                                    {"I_ACCOUNT", kind::number},
                                                    {"I_CUSTOMER", kind::number},
                                                    {"DURATION", kind::seconds}}};

struct disconnect_options {
  server_options server;
  bool json = false;
  bool yes = false;
  bool dry_run = false;
  std::vector<std::string> calls;
  std::optional<std::int64_t> id; ///< of an account or a customer
  std::string username;           ///< of an account, instead of its id
  std::optional<std::int64_t> as; ///< the customer under whose rights, in trusted mode
  order_options how;
  filter_options filter; ///< of calls that are named by none of these
};

const boost::json::string& result_of(const api_answer& answer) {
  const auto* object = answer.value.if_object();
  const auto* result = object ? object->if_contains("result") : nullptr;
  const auto* text = result ? result->if_string() : nullptr;
  if (!text)
    throw command_error(exit_code::failure, "the server's answer is not a result");
  return *text;
}

// A hang-up that the audit log does not have is carried out, and its OK is not the whole truth.
void say_unless_audited(const api_answer& answer) {
  const auto* audited = answer.value.get_object().if_contains("audited");
  if (audited && *audited == false)
    std::cerr
        << "rollcall: hung up, but not in the audit log: it could not be written in time. The node keeps the "
           "entry in memory and writes it when it can; 'rollcall nodes' says how the log is\n";
}

// Says what came of it, and makes it the exit code.
exit_code report(const api_answer& answer, const disconnect_options& options) {
  const auto& text = result_of(answer);
  if (options.json)
    std::cout << to_json(answer.value) << '\n';
  // What is not found may be on a node that is missing.
  const auto whole = judged(answer.gaps);
  if (text != "OK")
    throw command_error(whole == exit_code::done ? exit_code::not_found : whole, std::string(text));
  const auto& object = answer.value.get_object();
  say_unless_audited(answer);
  const auto failed = number_of(object, "failed");
  if (!options.json) {
    std::cout << "OK";
    if (object.contains("count"))
      std::cout << ", " << number_of(object, "count") << " calls being hung up";
    if (failed > 0)
      std::cout << ", " << failed << " could not be reached";
    std::cout << '\n';
  }
  return failed > 0 ? exit_code::partial : whole;
}

std::string counted(std::size_t calls) { return std::to_string(calls) + (calls == 1 ? " call" : " calls"); }

// ` at http://127.0.0.1:8080 as ssp-root`: a wrong server or login is the mistake that is hardest to see.
std::string where(const disconnect_options& options, const std::string& name_of_rights = {}) {
  const auto& to = options.server.to;
  auto said = " at " + visible_text(origin_of(to.url));
  if (!to.user.empty())
    said += " as " + visible_text(to.user);
  else if (options.as)
    said += " with the rights of customer " + std::to_string(*options.as) + name_of_rights;
  else
    said += " with the rights of the root customer of environment 1";
  return said;
}

// What is done without a question is told before it is done, on stderr.
void announce(const std::string& what, const std::string& where) {
  std::cerr << "rollcall: hanging up " << what << where << std::endl;
}

// The name of the customer under whose rights a mass hang-up is; empty with a login, which has said it.
std::string name_of_rights(const server& to, const disconnect_options& options) {
  return to.user.empty() && options.as ? name_of_customer(to, *options.as) : std::string();
}

// Refuses what would have to be asked where nobody can be asked. Before anything else, a password included.
void refuse_unasked(const disconnect_options& options, bool stdin_is_taken = false) {
  if (options.yes || options.dry_run)
    return;
  if (stdin_is_taken)
    throw command_error(exit_code::usage, "with IDs on standard input nobody can be asked: --yes is needed");
  if (!can_ask())
    throw command_error(exit_code::usage, "without a terminal nobody can be asked: --yes is needed");
}

/// Whose calls a list shows in trusted mode when nobody says: it takes no request without a customer.
constexpr std::int64_t first_customer = 1;

// What is counted for a question, and hung up after it, has the same rights in trusted mode; and nobody has
// those of a root customer without a word.
void choose_rights(disconnect_options& options) {
  if (!options.server.to.user.empty() || options.as)
    return;
  std::cerr << "rollcall: trusted mode without --as: with the rights of customer 1\n";
  options.as = first_customer;
}

// An order that names nobody is left to the server, whose root customer need not be customer 1. Only its
// number is counted as that one.
std::string counted_before(const server& to, hang_up_target target, const disconnect_options& options) {
  const auto unnamed = to.user.empty() && !options.as;
  if (unnamed)
    target.as = first_customer;
  return announced(to, target, unnamed ? ", counted as customer 1," : "");
}

void ask(const std::string& what) {
  if (!confirmed("Hang up " + what + "?"))
    throw command_error(exit_code::failure, "nothing was hung up");
}

// What the list says of itself, and of these calls.
exit_code judged(const hang_up_preview& found) {
  const auto result = judged(found.gaps);
  if (const auto away = of_unverified_switches(found))
    std::cerr << "rollcall: " << counted(away)
              << (away == 1 ? " of these is of a switch that may not be reached now"
                            : " of these are of switches that may not be reached now")
              << ": what is not reached is not hung up\n";
  return result;
}

exit_code show(const hang_up_preview& found, const disconnect_options& options) {
  if (options.json) {
    const boost::json::value shown{{"dry_run", true},
                                   {"count", found.calls.size()},
                                   {"unverified", of_unverified_switches(found)},
                                   {"calls", found.calls}};
    std::cout << to_json(shown) << '\n';
  } else {
    write_rows(std::cout, format::table, preview_columns, found.calls);
    std::cout << counted(found.calls.size()) << " of " << found.subject << where(options)
              << " would be hung up; nothing was sent\n";
  }
  return judged(found);
}

exit_code disconnect_all(disconnect_options options, hang_up_target::kind what) {
  if (options.id.has_value() == !options.username.empty())
    throw command_error(exit_code::usage, options.id ? "an ID and a --username exclude each other"
                                          : what == hang_up_target::kind::account
                                              ? "an ID or a --username is needed"
                                              : "an ID is needed");
  refuse_unasked(options);
  const auto to = options.server.resolved();
  const auto looks_first = !options.yes || options.dry_run;
  if (looks_first)
    choose_rights(options);
  api_client api(to);
  const hang_up_target target{what, options.id.value_or(0), options.username, options.as};
  const auto* method = what == hang_up_target::kind::account ? "disconnectAccount" : "disconnectCustomer";
  auto parameters = parameters_of(target);
  options.how.add_to(parameters);
  if (looks_first) {
    const auto found = preview(api, target);
    if (options.dry_run) {
      if (options.how.max)
        preview_order(api, method, parameters); // is refused as the order would be
      return show(found, options);
    }
    judged(found);
    // A yes is for those that were counted, whatever comes meanwhile.
    const auto counted_there = preview_order(api, method, parameters);
    ask(counted(static_cast<std::size_t>(counted_there.count)) + " of " + found.subject
        + where(options, name_of_rights(to, options)));
    confirm(parameters, counted_there);
  } else {
    announce(counted_before(to, target, options), where(options, name_of_rights(to, options)));
  }
  return report(order(api, method, parameters), options);
}

/// `12 calls that match`.
std::string matching(std::int64_t calls) {
  return std::to_string(calls) + (calls == 1 ? " call that matches" : " calls that match");
}

exit_code disconnect_matching(const disconnect_options& given) {
  auto options = given;
  refuse_unasked(options);
  if (options.yes && !options.how.max && !options.dry_run)
    throw command_error(exit_code::usage, "--yes needs --max: how many calls are hung up at most");
  if (options.server.to.user.empty() && !options.filter.customer)
    throw command_error(exit_code::usage,
                        "without a login it has to be said whose calls: --customer is needed");
  api_client api(options.server.resolved());
  auto parameters = options.filter.parameters();
  options.how.add_to(parameters);
  options.as = options.filter.customer;
  const auto of_whom =
      options.filter.customer ? " of customer " + std::to_string(*options.filter.customer) : "";
  if (options.yes && !options.dry_run) {
    announce("the calls that match" + of_whom + ", " + std::to_string(*options.how.max) + " at most",
             where(options));
    return report(order(api, "disconnectCalls", parameters), options);
  }
  const auto found = preview_order(api, "disconnectCalls", parameters);
  if (options.dry_run && options.json)
    std::cout << to_json(found.answer) << '\n';
  else
    write_preview(options.dry_run ? std::cout : std::cerr, found);
  const auto whole = judged(found.gaps);
  if (options.dry_run)
    return found.failed > 0 ? exit_code::partial : whole;
  ask(matching(found.count) + of_whom + where(options));
  confirm(parameters, found); // whatever comes meanwhile
  return report(order(api, "disconnectCalls", parameters), options);
}

exit_code disconnect_account(const disconnect_options& options) {
  return disconnect_all(options, hang_up_target::kind::account);
}

exit_code disconnect_customer(const disconnect_options& options) {
  return disconnect_all(options, hang_up_target::kind::customer);
}

api_answer hang_up(api_client& api, const std::string& id, const disconnect_options& options) {
  boost::json::object parameters{{"ID", id}};
  if (options.as)
    parameters["i_customer"] = *options.as;
  if (!options.how.reason.empty())
    parameters["reason"] = options.how.reason;
  return order(api, "disconnectCall", parameters);
}

void say_outcome(const std::string& id, std::string_view what, const disconnect_options& options) {
  if (options.json)
    std::cout << to_json({{"ID", id}, {"result", what}}) << '\n';
  else
    std::cout << typed_id(id) << ": " << visible_text(what) << '\n';
}

// One after the other, each with its outcome. What one call's switch refuses is no reason to leave out the
// next; a server that does not answer or lets nobody in is.
exit_code hang_up_each(api_client& api, const std::vector<std::string>& ids,
                       const disconnect_options& options) {
  std::optional<exit_code> all;
  std::size_t done = 0;
  const auto count = [&](exit_code one) {
    all = !all || *all == one ? one : exit_code::partial;
    ++done;
  };
  for (const auto& id : ids)
    try {
      const auto answer = hang_up(api, id, options);
      const auto& text = result_of(answer);
      say_outcome(id, std::string_view(text), options);
      say_unless_audited(answer);
      const auto whole = judged(answer.gaps);
      count(text == "OK" || whole != exit_code::done ? whole : exit_code::not_found);
    } catch (const fault_error& e) {
      say_outcome(id, e.what(), options);
      if (e.code() == exit_code::denied)
        throw;
      count(e.code());
    } catch (const command_error& e) {
      say_outcome(id, e.what(), options);
      throw command_error(e.code(), std::string(e.what()) + "; " + std::to_string(ids.size() - done - 1)
                                        + " more were not asked for");
    }
  return all.value_or(exit_code::done);
}

exit_code disconnect_calls(const disconnect_options& given) {
  auto options = given;
  const bool from_stdin = std::find(options.calls.begin(), options.calls.end(), "-") != options.calls.end();
  if (from_stdin || options.calls.size() > 1)
    refuse_unasked(options, from_stdin);
  const auto named = read_call_ids(options.calls, std::cin);
  const bool several = named.ids.size() > 1 || from_stdin;
  api_client api(options.server.resolved());
  if (options.dry_run) {
    choose_rights(options);
    const auto found = preview(api, named.ids, options.as);
    const auto whole = show(found, options);
    if (whole != exit_code::done || found.calls.size() == named.ids.size())
      return whole;
    std::cerr << "rollcall: " << named.ids.size() - found.calls.size() << " of them are not there\n";
    return found.calls.empty() ? exit_code::not_found : exit_code::partial;
  }
  if (!several) {
    announce("call " + typed_id(named.ids.front()), where(options));
    return report(hang_up(api, named.ids.front(), options), options);
  }
  const auto all = "the " + counted(named.ids.size()) + " named";
  if (options.yes)
    announce(all, where(options));
  else
    ask(all + where(options));
  return hang_up_each(api, named.ids, options);
}

using disconnect_action = exit_code (*)(const disconnect_options&);

// A subcommand with options of its own.
std::pair<CLI::App*, disconnect_options*> add(CLI::App& parent, const char* name, const char* help,
                                              disconnect_action run, exit_code& result) {
  auto* app = parent.add_subcommand(name, help);
  const auto options = std::make_shared<disconnect_options>();
  app->add_option("--reason", options->how.reason, "Why, for the audit log and switches: 200 bytes at most")
      ->check(not_empty());
  app->add_flag("--json", options->json, "The answer as JSON on stdout");
  app->add_flag("--yes", options->yes, "Do not ask; needed for more than one call without a terminal");
  app->add_flag("--dry-run", options->dry_run, "Show what would be hung up, and send nothing");
  add_server_options(*app, options->server);
  app->callback([options, run, &result] { result = run(*options); });
  return {app, options.get()};
}

void add_rights(CLI::App& app, disconnect_options& options) {
  add_id(app, "--as", options.as, "Under this customer's rights [the caller's own]");
}

void add_max(CLI::App& app, disconnect_options& options) {
  add_number(app, "--max", options.how.max, 0, "Send nothing when more calls than this would be hung up");
}

} // namespace

void add_disconnect(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("disconnect", "Hang up calls");
  app->require_subcommand(1);
  const auto [call, calls] = add(*app, "call", "Hang up calls by their IDs", &disconnect_calls, result);
  call->add_option("ID", calls->calls, "ID of a call, as 'calls' shows it; -: one a line from standard input")
      ->required();
  add_rights(*call, *calls);
  const auto [some, those] =
      add(*app, "calls", "Hang up the calls that match: needs a filter", &disconnect_matching, result);
  add_filter_options(*some, those->filter);
  add_max(*some, *those);
  const auto [account, its] =
      add(*app, "account", "Hang up all calls of an account", &disconnect_account, result);
  add_id(*account, "ID", its->id, "Its number");
  account->add_option("--username", its->username, "Its name instead")->check(not_empty());
  add_rights(*account, *its);
  add_max(*account, *its);
  const auto [customer, theirs] = add(
      *app, "customer", "Hang up all calls of a customer and its subcustomers", &disconnect_customer, result);
  add_id(*customer, "ID", theirs->id, "Its number")->required();
  add_rights(*customer, *theirs);
  add_max(*customer, *theirs);
}

} // namespace rollcall::cli
