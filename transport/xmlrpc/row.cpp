#include "transport/xmlrpc/row.hpp"

#include "transport/xmlrpc/escape.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rollcall::xmlrpc {

namespace {

using std::string_view;

/// Text as a template argument.
template <std::size_t Size>
struct literal {
  char text[Size];
  consteval literal(const char (&from)[Size]) {
    for (std::size_t i = 0; i < Size; ++i)
      text[i] = from[i];
  }
  constexpr string_view view() const { return {text, Size - 1}; }
};

/// The parts in a row, put together by the compiler.
template <literal... Parts>
consteval auto joined() {
  std::array<char, (Parts.view().size() + ...)> all{};
  std::size_t at = 0;
  for (const auto part : {Parts.view()...})
    for (const char c : part)
      all[at++] = c;
  return all;
}

/// What stands between two values: the end of one member, of type `Ended`, and all of the next up to its
/// value.
template <literal Ended, literal Name, literal Type>
constexpr auto between =
    joined<"</", Ended, "></value>\n</member>\n<member>\n<name>", Name, "</name>\n<value><", Type, ">">();

constexpr auto head = joined<"<value><struct>\n<member>\n<name>CLI</name>\n<value><string>">();
constexpr auto foot = joined<"</double></value>\n</member>\n</struct></value>\n">();

constexpr std::size_t longest_state = std::ranges::max(call_state_names, {}, &string_view::size).size();

/// Room for the 15 texts between the 16 values (none is longer than this one), for the numbers, the time and
/// the state.
constexpr std::size_t fixed_bytes = head.size() + 15 * between<"string", "CALLER_MEDIA_IP", "string">.size()
                                    + foot.size() + 4 * max_digits + 2 * max_seconds + api_time_size
                                    + longest_state;

/// True when one of the eight bytes has an escape; now and then also when none has. (Which bytes of a word
/// are zero, or below a bound: Warren, Hacker's Delight, 6-1.)
constexpr bool may_need_escape(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  const auto has = [&](char c) {
    const auto different = word ^ (ones * static_cast<unsigned char>(c));
    return (different - ones) & ~different & highs;
  };
  return (has('&') | has('<') | has('>') | has('\r')) != 0;
}

/// Writes on where there is room enough.
class pen {
public:
  explicit pen(char* at) : at_(at) {}

  template <std::size_t Size>
  void fixed(const std::array<char, Size>& text) {
    std::memcpy(at_, text.data(), Size);
    at_ += Size;
  }

  /// Copies eight bytes at a time up to the first that needs an escape.
  void text(string_view value) {
    const auto* from = value.data();
    auto left = value.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), from += sizeof(std::uint64_t)) {
      std::uint64_t word;
      std::memcpy(&word, from, sizeof word);
      if (may_need_escape(word)) [[unlikely]]
        break;
      std::memcpy(at_, &word, sizeof word);
      at_ += sizeof word;
    }
    for (const char c : string_view{from, left}) {
      if (const auto escape = escape_of(c); escape.empty()) [[likely]] {
        *at_++ = c;
      } else {
        std::memcpy(at_, escape.data(), escape.size());
        at_ += escape.size();
      }
    }
  }

  void integer(std::int64_t value) { at_ = std::to_chars(at_, at_ + max_digits, value).ptr; }
  void seconds(std::chrono::microseconds value) { at_ = write_seconds(at_, value); }
  void time(timestamp value) { at_ = write_api_time(at_, value); }
  char* end() const { return at_; }

private:
  char* at_;
};

/// `Id` is the type of I_CUSTOMER and I_ENVIRONMENT.
template <literal Id>
char* write_row(char* out, const call_row& row, timestamp now) {
  using field = call_record::text;
  const auto& call = *row.record;
  pen to{out};
  to.fixed(head);
  to.text(call.get(field::cli));
  to.fixed(between<"string", "CLD", "string">);
  to.text(call.get(field::cld));
  to.fixed(between<"string", "CALL_ID", "string">);
  to.text(call.get(field::sip_call_id));
  to.fixed(between<"string", "CC_STATE", "string">);
  to.text(to_string(call.state()));
  to.fixed(between<"string", "ID", "string">);
  to.text(call.id());
  to.fixed(between<"string", "CALLER_MEDIA_IP", "string">);
  to.text(call.get(field::caller_media_ip));
  to.fixed(between<"string", "CALLEE_MEDIA_IP", "string">);
  to.text(call.get(field::callee_media_ip));
  to.fixed(between<"string", "SETUP_TIME", "string">);
  to.time(call.setup());
  to.fixed(between<"string", "DIRECTION", "string">);
  to.text(call.get(field::direction));
  to.fixed(between<"string", "NODE_ID", "string">);
  to.text(call.source().node.value());
  to.fixed(between<"string", "I_CONNECTION", "int">);
  to.integer(call.connection().value());
  to.fixed(between<"int", "I_ACCOUNT", "int">);
  to.integer(call.account().value());
  to.fixed(between<"int", "I_CUSTOMER", Id>);
  to.integer(row.customer.value());
  to.fixed(between<Id, "I_ENVIRONMENT", Id>);
  to.integer(call.source().environment.value());
  to.fixed(between<Id, "DELAY", "double">);
  to.seconds(call.delay(now));
  to.fixed(between<"double", "DURATION", "double">);
  to.seconds(call.duration(now));
  to.fixed(foot);
  return to.end();
}

/// Bytes that the row takes at most.
std::size_t room_for(const call_record& call) {
  const auto& source = call.source();
  return fixed_bytes + longest_escape * (call.text_size() + source.node.value().size());
}

} // namespace

void append_row(std::string& out, const call_row& row, timestamp now, id_style ids) {
  const auto begin = out.size();
  out.resize(begin + room_for(*row.record));
  const auto write = ids == id_style::strings ? write_row<"string"> : write_row<"int">;
  out.resize(static_cast<std::size_t>(write(out.data() + begin, row, now) - out.data()));
}

} // namespace rollcall::xmlrpc
