#include "transport/cluster/basp_frames.hpp"

#include <caf/atom.hpp>

#include <algorithm>
#include <cstring>

namespace rollcall::cluster {

namespace {

enum operation : std::uint8_t {
  server_handshake,
  client_handshake,
  direct_message,
  routed_message,
  monitor_message,
  down_message,
  heartbeat,
};

constexpr std::uint8_t named_receiver = 1;
constexpr std::uint8_t select_connection = 2;

constexpr std::size_t at_flags = 3;
constexpr std::size_t at_length = 4;
constexpr std::size_t at_destination = 24;

template <class Number>
Number big_endian(const unsigned char* from) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = static_cast<Number>(value << 8 | from[i]);
  return value;
}

} // namespace

std::optional<std::string> basp_frames::look_at(std::span<const char> bytes) {
  while (!bytes.empty()) {
    if (to_pass_ > 0) {
      const auto passing = std::min<std::size_t>(to_pass_, bytes.size());
      if (types_due_ && !judge_types(bytes.first(passing)))
        return "a message of types that may be in each other, and of more than "
               + std::to_string(nesting_payload_bytes) + " bytes";
      to_pass_ -= static_cast<std::uint32_t>(passing);
      bytes = bytes.subspan(passing);
      continue;
    }
    const auto taken = std::min(header_bytes - have_, bytes.size());
    std::memcpy(header_.data() + have_, bytes.data(), taken);
    have_ += taken;
    bytes = bytes.subspan(taken);
    if (have_ < header_bytes)
      break;
    if (auto wrong = judge())
      return wrong;
    have_ = 0;
    ++frames_;
  }
  return std::nullopt;
}

std::optional<std::string> basp_frames::judge() {
  const auto operation = header_[0];
  const auto flags = header_[at_flags];
  to_pass_ = big_endian<std::uint32_t>(header_.data() + at_length);
  if (to_pass_ > payload_bytes_)
    return "a message of " + std::to_string(to_pass_) + " bytes, of at most "
           + std::to_string(payload_bytes_);
  if (handshakes_ == 0 && operation > client_handshake)
    return "BASP does not begin with a handshake";
  if (operation != direct_message && to_pass_ > small_payload_bytes)
    return "operation " + std::to_string(operation) + " of " + std::to_string(to_pass_) + " bytes";
  types_due_ = operation == direct_message && to_pass_ > nesting_payload_bytes;
  switch (operation) {
  case server_handshake:
  case client_handshake:
    return judge_handshake(flags);
  case direct_message:
    if (flags == named_receiver)
      return judge_named(big_endian<std::uint64_t>(header_.data() + at_destination));
    [[fallthrough]];
  case monitor_message:
  case down_message:
  case heartbeat:
    if (operation == down_message && to_pass_ > nesting_payload_bytes)
      return "a reason of " + std::to_string(to_pass_) + " bytes";
    if (flags != 0)
      return "operation " + std::to_string(operation) + " with flags " + std::to_string(flags);
    return std::nullopt;
  case routed_message:
    return "a message from or to a third node";
  default:
    return "unknown operation " + std::to_string(operation);
  }
}

/// Takes the next bytes of a payload. False when its types are known, and must not pass.
bool basp_frames::judge_types(std::span<const char> payload) {
  const auto taken = std::min(types_.size() - types_have_, payload.size());
  std::memcpy(types_.data() + types_have_, payload.data(), taken);
  types_have_ += taken;
  if (types_have_ < types_.size())
    return true;
  types_have_ = 0;
  types_due_ = false;
  return holds_flat_types({types_.data(), types_.size()});
}

std::optional<std::string> basp_frames::judge_handshake(std::uint8_t flags) {
  const auto expected = who_ == sender::acceptor ? server_handshake : client_handshake;
  const bool again = who_ == sender::dialler && handshakes_ == 1;
  if (header_[0] != expected || (handshakes_ != 0 && !again) || flags != (again ? select_connection : 0))
    return "a handshake that is not its turn";
  ++handshakes_;
  return std::nullopt;
}

std::optional<std::string> basp_frames::judge_named(std::uint64_t destination) {
  if (destination != static_cast<std::uint64_t>(caf::atom("SpawnServ")) || to_pass_ > nesting_payload_bytes
      || asked_)
    return "a message to an actor by name";
  asked_ = true;
  return std::nullopt;
}

} // namespace rollcall::cluster
