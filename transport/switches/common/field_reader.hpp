#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"
#include "domain/calls/text_fields.hpp"
#include "transport/switches/common/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::switches {

/// Takes typed values out of the fields of one object and keeps the first thing that is wrong with them.
/// After that every read fails, so that reads are chained without looking at each.
///
/// Once what must be right has been read, be_lenient(): from then on a field that is wrong counts as left
/// out, and only that is noted.
class field_reader {
public:
  explicit field_reader(const fields& from) : from_(from) {}

  void be_lenient() { lenient_ = true; }

  /// What was wrong since then, each naming the field.
  const std::vector<std::string>& bad_fields() const { return bad_fields_; }

  /// True when this field was there and wrong since then.
  bool is_bad(field f) const;

  /// Reads a field that may be left out (or null): `out` then stays as it is.
  bool text(field f, std::optional<std::string>& out);
  bool integer(field f, std::optional<std::int64_t>& out);
  bool identifier(field f, std::optional<std::int64_t>& out); ///< 1 to 2147483647
  bool natural(field f, std::optional<std::uint64_t>& out);   ///< 0 to 2^63-1
  bool strings(field f, std::vector<std::string>& out);       ///< an array of strings
  bool truth(field f, std::optional<bool>& out);
  bool time(field f, std::optional<timestamp>& out);

  /// Reads the texts of a call, each of which may be left out.
  bool texts(text_fields& out);

  /// Reads a field that must be there.
  bool id(std::string& out);
  bool state(call_state& out);
  bool required(field f, std::string& out);

  /// Complains unless `is_there`. Returns it.
  bool require(field f, bool is_there);

  bool failed() const { return !error_.empty(); }

  /// What is wrong, naming the field; empty while nothing is.
  const std::string& error() const { return error_; }

private:
  /// The field's value when it is there and of this kind; null when it is left out or wrong.
  const json_value* find(field f, json_value::kind type, const char* must_be);
  bool complain(field f, const char* what);

  static bool is_digits(const json_value& value);

  const fields& from_;
  std::string error_;
  std::vector<std::string> bad_fields_;
  bool lenient_ = false;
};

} // namespace rollcall::switches
