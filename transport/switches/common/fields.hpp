#pragma once

#include "transport/switches/common/object_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::switches {

/// Every field that an object of the feed may have (feed.md); any other is ignored.
enum class field : std::uint8_t {
  type,
  id,
  state,
  call_id,
  cli,
  cld,
  caller_media_ip,
  callee_media_ip,
  direction,
  i_account,
  account,
  i_connection,
  setup_time,
  connect_time,
  media,
  time,
  ok,
  message,
  version,
  switch_,
  secret,
  epoch,
  can,
  run,
};

constexpr std::size_t field_count = 24;

/// As they are spelled, indexed by field.
constexpr std::array<std::string_view, field_count> field_names = {"type",
                                                                   "id",
                                                                   "state",
                                                                   "call_id",
                                                                   "cli",
                                                                   "cld",
                                                                   "caller_media_ip",
                                                                   "callee_media_ip",
                                                                   "direction",
                                                                   "i_account",
                                                                   "account",
                                                                   "i_connection",
                                                                   "setup_time",
                                                                   "connect_time",
                                                                   "media",
                                                                   "time",
                                                                   "ok",
                                                                   "message",
                                                                   "version",
                                                                   "switch",
                                                                   "secret",
                                                                   "epoch",
                                                                   "can",
                                                                   "run"};

constexpr std::string_view to_string(field f) { return field_names[static_cast<std::size_t>(f)]; }

/// One object of the feed, taken apart: each field's value, absent for those it does not have.
class fields {
public:
  /// Reads one line; of a name that occurs twice the last value counts. Returns what is wrong with it, null
  /// when nothing is. The values are good as long as `line` and `scratch` are not touched.
  const char* read(std::string_view line, std::string& scratch);

  const json_value& operator[](field f) const { return values_[static_cast<std::size_t>(f)]; }

private:
  std::array<json_value, field_count> values_;
};

} // namespace rollcall::switches
