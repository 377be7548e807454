#include "apps/simulator/lines.hpp"

#include <charconv>

namespace rollcall {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// A dialled number as an attacker would send it: escape sequences for terminals, markup, a control character
// that XML cannot carry. JSON carries them all.
constexpr std::string_view odd_cli = R"(,"cli":"\u001b[31m<&]]>\"\u0000\u0007\\")";

void append_number(std::string& out, std::uint64_t n) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out.append(digits, end);
}

void append_hex(std::string& out, std::uint64_t bits, int width) {
  for (int shift = 4 * (width - 1); shift >= 0; shift -= 4)
    out += hex_digits[(bits >> shift) & 0xF];
}

void append_ipv4(std::string& out, std::uint32_t address) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_number(out, (address >> shift) & 0xFF);
    if (shift > 0)
      out += '.';
  }
}

// Seconds since the epoch with six decimals.
void append_seconds(std::string& out, timestamp t) {
  const auto micros = static_cast<std::uint64_t>(t.time_since_epoch().count());
  append_number(out, micros / 1'000'000);
  out += '.';
  auto rest = micros % 1'000'000;
  for (std::uint64_t unit = 100'000; unit > 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      append_hex(out, static_cast<unsigned char>(c), 2);
    } else {
      out += c;
    }
  }
  out += '"';
}

sim_lines::sim_lines(const sim_plan& plan)
    : prefix_(plan.run + '-'), account_from_start_(plan.account_from_start) {
  for (const auto& name : plan.usernames) {
    append_json_string(accounts_.emplace_back(R"(,"account":)"), name);
  }
  if (accounts_.empty())
    for (const auto id : plan.accounts)
      accounts_.push_back(R"(,"i_account":)" + std::to_string(id.value()));
  for (const auto id : plan.connections)
    connections_.push_back(R"(,"i_connection":)" + std::to_string(id.value()));
}

void sim_lines::append_change(std::string& out, const sim_call& call) const {
  append_head(out, call);
  switch (call.state) {
  case call_state::idle:
    append_start(out, call);
    if (account_from_start_)
      append_account(out, call);
    break;
  case call_state::wait_route:
    if (!account_from_start_)
      append_account(out, call);
    break;
  case call_state::ar_complete:
    append_route(out, call);
    break;
  case call_state::connected:
    append_answer(out, call);
    break;
  case call_state::wait_auth:
  case call_state::disconnecting:
  case call_state::dead:
    break;
  }
  out += "}\n";
}

void sim_lines::append_whole(std::string& out, const sim_call& call) const {
  append_head(out, call);
  append_known(out, call);
  out += "}\n";
}

void sim_lines::append_end(std::string& out, const sim_call& call, timestamp when) const {
  out += R"({"type":"end","id":")";
  append_id(out, call);
  out += R"(","time":)";
  append_seconds(out, when);
  out += "}\n";
}

void sim_lines::append_truth(std::string& out, const sim_call& call) const {
  out += R"({"id":")";
  append_id(out, call);
  out += R"(","state":")";
  out += to_string(call.state);
  out += '"';
  append_known(out, call);
  out += "}\n";
}

void sim_lines::append_id(std::string& out, const sim_call& call) const {
  out += prefix_;
  append_number(out, call.serial);
}

std::optional<std::uint64_t> sim_lines::serial_of(std::string_view id) const {
  if (!id.starts_with(prefix_))
    return std::nullopt;
  id.remove_prefix(prefix_.size());
  std::uint64_t serial = 0;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), serial);
  if (failed != std::errc{} || end != id.data() + id.size() || id.front() == '0')
    return std::nullopt;
  return serial;
}

void sim_lines::append_head(std::string& out, const sim_call& call) const {
  out += R"({"type":"call","id":")";
  append_id(out, call);
  out += R"(","state":")";
  out += to_string(call.state);
  out += '"';
}

void sim_lines::append_start(std::string& out, const sim_call& call) const {
  out += R"(,"setup_time":)";
  append_seconds(out, call.setup);
  out += R"(,"call_id":")";
  append_hex(out, call.sip_call_id >> 32, 8);
  out += '-';
  append_hex(out, call.sip_call_id, 8);
  out += '@';
  append_ipv4(out, call.caller_media);
  out += '"';
  if (call.odd) {
    out += odd_cli;
  } else {
    out += R"(,"cli":")";
    append_number(out, call.cli);
    out += '"';
  }
  out += R"(,"cld":")";
  append_number(out, call.cld);
  out += R"(","caller_media_ip":")";
  append_ipv4(out, call.caller_media);
  out += R"(","direction":")";
  out += sim_directions[call.direction];
  out += '"';
}

void sim_lines::append_account(std::string& out, const sim_call& call) const {
  if (!accounts_.empty())
    out += accounts_[call.account];
}

void sim_lines::append_route(std::string& out, const sim_call& call) const {
  if (!connections_.empty())
    out += connections_[call.connection];
  out += R"(,"callee_media_ip":")";
  append_ipv4(out, call.callee_media);
  out += '"';
}

void sim_lines::append_answer(std::string& out, const sim_call& call) const {
  out += R"(,"connect_time":)";
  append_seconds(out, call.connect);
}

// A call that is being hung up may have been anywhere before; what it has come to know stays in it.
void sim_lines::append_known(std::string& out, const sim_call& call) const {
  append_start(out, call);
  if (call.reached >= call_state::wait_route || account_from_start_)
    append_account(out, call);
  if (call.reached >= call_state::ar_complete)
    append_route(out, call);
  if (call.reached >= call_state::connected)
    append_answer(out, call);
}

} // namespace rollcall
