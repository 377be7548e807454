#include "transport/api/call_history.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

using namespace std::chrono_literals;
using std::string_view;

/// Nobody asks for longer ones; it can be computed with.
constexpr std::chrono::seconds longest_step = 24h * 366;

constexpr std::array<string_view, 5> call_history_parameters = {"i_customer", "i_account", "from", "to",
                                                                "step"};
constexpr parameter_list call_history_takes{call_history_parameters, "i_customer"};

constexpr string_view call_history_help =
    "Tells how many calls a customer, with all customers below it, or an account had. Takes one struct: "
    "i_customer (whose; the caller by default, must be given in trusted mode), i_account (of this account of "
    "it instead), from and to (seconds since the epoch, whole or not; from is required, to is now by "
    "default), step "
    "(seconds, a multiple of 60; by default the shortest usual one with which there are at most 10000 "
    "points, "
    "an hour or more where minutes are not kept any more). Returns a struct: result is 'OK', step, and "
    "points "
    "an array of arrays [time, total_max, total_avg, connected_max, connected_avg, complete], oldest first: "
    "time is the beginning of the step, a multiple of it, the figures are over the moments, ten seconds "
    "apart, at which calls were counted, and complete is a boolean, false when a moment was missed, the step "
    "is not over, or a node or switch was missing. A step in which nothing was counted has no point.";

std::optional<history_time> time_in(param_reader& in, string_view name) {
  const auto given = in.seconds(name);
  if (!given)
    return std::nullopt;
  return history_time{std::chrono::floor<std::chrono::seconds>(*given)};
}

std::optional<std::chrono::seconds> step_in(param_reader& in) {
  const auto given = in.count("step");
  if (!given)
    return std::nullopt;
  if (*given == 0 || *given % 60 != 0)
    in.fail("Parameter step must be a multiple of 60");
  else if (*given > static_cast<std::uint64_t>(longest_step.count()))
    in.fail("Parameter step must be at most " + std::to_string(longest_step.count()));
  return std::chrono::seconds{static_cast<std::int64_t>(*given)};
}

/// The shortest step that there may be something of.
std::chrono::seconds least_step(const settings& by, history_time from, timestamp now) {
  return from < now - by.history_minutes ? history_hour : history_minute;
}

void run_call_history(const invocation_ptr& call, done_fn done) {
  auto asked = parse_call_history(*call, call->session->served_by->context->now());
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  // One file is read by one thread: what waits there for too long is not read any more.
  asked->request.until = std::chrono::steady_clock::now() + gather_deadline;
  const auto render = [asked = *asked](const history_answer& told, const request_quota::place&) {
    return render_call_history(asked, told);
  };
  ask<history_answer>(call, &service::questions, asked->scope, gather_deadline, asked->request, render,
                      std::move(done));
}

void write_mean(xmlrpc::writer& to, double mean) {
  to.seconds(std::chrono::microseconds{std::llround(mean * 1e6)});
}

} // namespace

const method get_call_history{
    .name = "getCallHistory",
    .takes = call_history_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = call_history_help,
    .run = run_call_history,
};

xmlrpc::or_fault<history_question> parse_call_history(const invocation& call, timestamp now) {
  param_reader in{call, call_history_takes};
  const auto customer = in.id<customer_id>("i_customer");
  const auto account = in.id<account_id>("i_account");
  const auto from = time_in(in, "from");
  in.require(from, "from");
  const auto to = time_in(in, "to").value_or(std::chrono::floor<std::chrono::seconds>(now));
  const auto step = step_in(in);
  if (from && *from >= to)
    in.fail("Parameter to must be after from");
  if (in.failure())
    return *in.failure();
  const auto& dir = *call.settings().directory;
  const auto scope = scope_of(call.who(), dir, "i_customer", customer, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  history_question asked{{history_subject{*scope}, {}}, *scope};
  if (account) {
    const auto* known = dir.find(*account);
    if (!known || !dir.covers(*scope, known->customer))
      return xmlrpc::wrong_id("i_account");
    asked.request.whose = history_subject{*account};
  }
  auto& range = asked.request.range;
  range = history_range::covering(
      *from, to, step.value_or(step_that_does(*from, to, least_step(call.settings(), *from, now))));
  if (range.points() > most_history_points)
    return xmlrpc::bad_parameter(
        "Parameter step must be at least " + std::to_string(step_that_does(*from, to, *step).count())
        + " for this time: " + std::to_string(most_history_points) + " points at most");
  return asked;
}

answer render_call_history(const history_question& asked, const history_answer& told) {
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("step").integer(asked.request.range.step.count()).end_member();
  w.begin_member("points").begin_array();
  for (const auto& point : told.points) {
    w.begin_array();
    w.seconds(point.time.time_since_epoch());
    w.integer(static_cast<std::int64_t>(point.total_max));
    write_mean(w, point.total_mean);
    w.integer(static_cast<std::int64_t>(point.connected_max));
    write_mean(w, point.connected_mean);
    w.boolean(point.complete);
    w.end_array();
  }
  w.end_array().end_member();
  w.end_struct();
  return {std::move(value)};
}

} // namespace rollcall::api
