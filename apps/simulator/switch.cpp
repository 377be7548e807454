#include "apps/simulator/switch.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

namespace {

using std::chrono::microseconds;

// How long a switch works on authentication and on routing.
constexpr microseconds shortest_step{10'000};
constexpr microseconds longest_step{50'000};

// E.164 numbers of eleven digits: a country code of one digit and a national number.
constexpr std::uint64_t first_number = 10'000'000'000;
constexpr std::uint64_t numbers = 9'999'999'999;

constexpr std::uint32_t caller_network = 0xC0A80000; // 192.168.0.0/16
constexpr std::uint32_t callee_network = 0x0A000000; // 10.0.0.0/8

// An index into a list of this size; 0 for an empty one.
std::uint32_t pick(sim_random& random, std::size_t size) {
  return size == 0 ? 0 : static_cast<std::uint32_t>(random.below(size));
}

} // namespace

sim_switch::sim_switch(sim_plan plan)
    : plan_(std::move(plan)), lines_(plan_), random_(plan_.seed), calls_(plan_.calls), free_(plan_.calls) {
  for (std::uint32_t i = 0; i < plan_.calls; ++i)
    free_[i] = plan_.calls - 1 - i;
  if (plan_.rate)
    start_interval_ = microseconds{static_cast<std::int64_t>(1e6 / *plan_.rate)};
}

bool sim_switch::advance(microseconds until, timestamp wall, std::string* out, std::size_t enough) {
  for (;;) {
    if (out && out->size() >= enough)
      return false;
    const bool start = wants_call() && (schedule_.empty() || next_start_ <= schedule_.next().due);
    if (!start && schedule_.empty())
      break;
    const auto due = start ? next_start_ : schedule_.next().due;
    if (due > until)
      break;
    now_ = std::max(now_, due);
    if (start) {
      start_call(wall, out);
      continue;
    }
    const auto next = schedule_.next();
    schedule_.drop_next();
    if (calls_[next.slot].turn == next.turn)
      go_on(next.slot, wall, out);
  }
  if (until != microseconds::max())
    now_ = std::max(now_, until);
  return true;
}

void sim_switch::start_call(timestamp wall, std::string* out) {
  const auto slot = free_.back();
  free_.pop_back();
  auto& call = calls_[slot];
  call.serial = call.serial == 0 ? slot + 1 : call.serial + plan_.calls;
  // As on a real switch no two begin in the same microsecond, also when many are told at once.
  last_setup_ = std::max(wall, last_setup_ + microseconds{1});
  call.setup = last_setup_;
  call.connect = {};
  call.sip_call_id = random_.bits();
  call.cli = first_number + random_.below(numbers);
  call.cld = first_number + random_.below(numbers);
  call.caller_media = caller_network | static_cast<std::uint32_t>(random_.below(1 << 16));
  call.callee_media = callee_network | static_cast<std::uint32_t>(random_.below(1 << 24));
  call.account = pick(random_, plan_.usernames.empty() ? plan_.accounts.size() : plan_.usernames.size());
  call.connection = pick(random_, plan_.connections.size());
  call.direction = static_cast<std::uint8_t>(random_.below(sim_directions.size()));
  call.answers = random_.chance(plan_.connect_probability);
  call.odd = random_.chance(plan_.odd_text);
  call.reached = call_state::idle;
  ++live_;
  ++totals_.started;
  next_start_ = now_ + start_interval_;
  enter(call, call_state::idle, out);
  plan_next(slot, random_.between(shortest_step, longest_step));
}

void sim_switch::go_on(std::uint32_t slot, timestamp wall, std::string* out) {
  auto& call = calls_[slot];
  switch (call.state) {
  case call_state::idle:
    enter(call, call_state::wait_auth, out);
    return plan_next(slot, random_.between(shortest_step, longest_step));
  case call_state::wait_auth:
    enter(call, call_state::wait_route, out);
    return plan_next(slot, random_.between(shortest_step, longest_step));
  case call_state::wait_route:
    enter(call, call_state::ar_complete, out);
    if (call.answers || !plan_.hold)
      plan_next(slot, random_.between(plan_.ring / 2, plan_.ring * 3 / 2));
    return;
  case call_state::ar_complete:
    if (!call.answers)
      return end(slot, wall, out);
    call.connect = wall;
    ++totals_.connected;
    enter(call, call_state::connected, out);
    if (!plan_.hold)
      plan_next(slot, random_.around(plan_.mean_duration));
    return;
  case call_state::connected:
  case call_state::disconnecting:
    return end(slot, wall, out);
  case call_state::dead:
    return;
  }
}

void sim_switch::enter(sim_call& call, call_state state, std::string* out) {
  call.state = state;
  if (state <= call_state::connected)
    call.reached = state;
  if (out) {
    lines_.append_change(*out, call);
    ++totals_.events;
  }
}

void sim_switch::end(std::uint32_t slot, timestamp wall, std::string* out) {
  auto& call = calls_[slot];
  if (out) {
    lines_.append_end(*out, call, wall);
    ++totals_.events;
  }
  call.state = call_state::dead;
  --live_;
  ++totals_.ended;
  free_.push_back(slot);
}

void sim_switch::plan_next(std::uint32_t slot, microseconds delay) {
  schedule_.add({now_ + delay, slot, ++calls_[slot].turn});
}

void sim_switch::disconnect(std::string_view id, std::string& out) {
  ++totals_.disconnects;
  auto* call = find(id);
  if (!call) {
    ++totals_.unknown;
    return refuse(id, "no such call", out);
  }
  if (!can_disconnect(call->state)) {
    ++totals_.repeated;
    return;
  }
  if (random_.chance(plan_.refuse_disconnect)) {
    ++totals_.refused;
    return refuse(id, "refused", out);
  }
  if (random_.chance(plan_.ignore_disconnect)) {
    ++totals_.ignored;
    return;
  }
  ++totals_.obeyed;
  enter(*call, call_state::disconnecting, &out);
  plan_next(static_cast<std::uint32_t>(call - calls_.data()), plan_.teardown_delay);
}

sim_call* sim_switch::find(std::string_view id) {
  const auto serial = lines_.serial_of(id);
  if (!serial)
    return nullptr;
  auto& call = calls_[(*serial - 1) % plan_.calls];
  return call.serial == *serial && call.live() ? &call : nullptr;
}

void sim_switch::refuse(std::string_view id, std::string_view why, std::string& out) const {
  out += R"({"type":"result","id":)";
  append_json_string(out, id);
  out += R"(,"ok":false,"message":)";
  append_json_string(out, why);
  out += "}\n";
}

std::optional<std::size_t> sim_switch::append_snapshot(std::string& out, std::size_t at,
                                                       std::size_t enough) const {
  for (; at < calls_.size(); ++at) {
    if (out.size() >= enough)
      return at;
    if (calls_[at].live())
      lines_.append_whole(out, calls_[at]);
  }
  return std::nullopt;
}

void sim_switch::append_truth(std::string& out) const {
  for (const auto& call : calls_)
    if (call.live())
      lines_.append_truth(out, call);
}

void sim_switch::end_all(timestamp wall, std::string* out) {
  for (std::uint32_t slot = 0; slot < plan_.calls; ++slot)
    if (calls_[slot].live())
      end(slot, wall, out);
}

} // namespace rollcall
