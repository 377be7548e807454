#pragma once

#include "actors/close_reason.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/switch_news.hpp"
#include "transport/switches/common/fields.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::switches {

/// The version of the feed that we speak.
constexpr std::int64_t protocol_version = 1;

/// The reason of the malformed_event that stands for a line of more than line_bytes.
constexpr const char* too_long_reason = "longer than 65536 bytes";

/// The first line of a connection: who the switch says it is.
struct hello {
  std::string name;        ///< of the switch
  std::string secret;      ///< never to be logged
  std::uint64_t epoch = 0; ///< below 2^63
  std::string run;         ///< which run of the switch this is, fit for a log; empty when it does not say
  bool can_ping = false;   ///< answers pings
  bool can_move = false;   ///< connects where it is told to
  bool can_reason = false; ///< takes the reason of a hang-up
  std::vector<std::string> bad_fields; ///< what was of no use, naming the field
};

/// Why a connection is refused, with words for a human.
struct refused_hello {
  close_reason why;
  std::string message;
};

/// Turns the lines of the feed into what they mean. Pure but for memory that it uses again; one thread at a
/// time.
///
/// Beyond the grammar (see object_reader) a line is bad when it does not say which call it is about: an id is
/// not empty, at most id_bytes, clean UTF-8 and without control characters; or when a call's state is none.
/// Any other field that is ill-typed or out of bounds costs only itself, and a malformed_field says so:
/// identifiers are integers from 1 to 2147483647, written without fraction and exponent; times are between
/// 1970 and 9999; an account may be an integer. null counts as left out, and so does a time of 0, which
/// stands for "not known". A text of more than text_bytes is cut: whoever dials a number must not choose
/// whether his call is seen.
class line_parser {
public:
  /// Appends what one line (without its `\n`) says to `news`: one item, and after it a malformed_field for
  /// each that was of no use; a malformed_event with the reason when it says nothing we understand; nothing
  /// for a blank line, a pong, or a `result` that is no refusal. `received` is the time of arrival.
  void parse(std::string_view line, timestamp received, switch_news& news);

  /// Reads the first line of a connection. The version is looked at first: another one may mean other fields.
  std::variant<hello, refused_hello> parse_hello(std::string_view line);

private:
  void parse_call(timestamp received, switch_news& news);
  void parse_end(timestamp received, switch_news& news);
  void parse_result(switch_news& news);
  std::string named(const std::string& id) const;

  fields fields_;
  std::string scratch_;
};

/// True for a line that holds nothing but JSON's white space.
bool is_blank(std::string_view line);

} // namespace rollcall::switches
