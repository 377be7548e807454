#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::asterisk {

/// Bytes of one line of AMI, without its end.
constexpr std::size_t line_bytes = 1018;

/// Lines of one message, and bytes of all of them.
constexpr std::size_t message_lines = 512;
constexpr std::size_t message_bytes = 64 * 1024;

/// One message of AMI: an event, an answer, or an item of a list. Headers have names and values; which names
/// there may be is for the reader to know. The bytes of values are as they came, without CR, LF and NUL.
/// Texts that it hands out are its own, up to the next change. One thread.
class ami_event {
public:
  /// Empty when there is none, as for one without a value. Of several of one name the first counts, because
  /// what comes later may be a part of a text that somebody else has chosen.
  std::string_view get(std::string_view name) const { return get({}, name); }

  /// Of the header whose name is these two, one behind the other.
  std::string_view get(std::string_view prefix, std::string_view name) const;

  /// The value of a variable of a channel in its headers `<prefix>ChanVariable: <variable>=<value>`, of
  /// several the first.
  std::string_view variable(std::string_view prefix, std::string_view variable) const;

  bool is_empty() const { return headers_.empty(); }

  // Headers as they came.
  std::size_t size() const { return headers_.size(); }
  std::string_view name(std::size_t which) const { return name_of(headers_[which]); }
  std::string_view value(std::size_t which) const { return value_of(headers_[which]); }

  void clear();

  /// False when the line is no header, or is one too many.
  bool add(std::string_view line);

private:
  struct header {
    std::uint32_t name = 0;  ///< where it begins in bytes_, up to `value`
    std::uint32_t value = 0; ///< as well, up to `end`
    std::uint32_t end = 0;
  };

  std::string_view name_of(const header& of) const {
    return std::string_view{bytes_}.substr(of.name, of.value - of.name);
  }
  std::string_view value_of(const header& of) const {
    return std::string_view{bytes_}.substr(of.value, of.end - of.value);
  }

  std::string bytes_;
  std::vector<header> headers_;
};

/// Puts lines together to messages, which an empty line ends.
///
///     line ──► take() ── true ──► message() … clear by the next take()
///
/// What is wrong costs its line, and is counted: a line that is no header, one that is too long (the caller
/// tells, who has cut them), and those beyond the bounds of a message. One for each connection; one thread.
class ami_reader {
public:
  /// True when the line has ended a message that has a header at least.
  bool take(std::string_view line);

  /// A line went by that was too long.
  void lost_line() { ++bad_lines_; }

  const ami_event& message() const { return message_; }

  std::uint64_t bad_lines() const { return bad_lines_; }

private:
  ami_event message_;
  bool complete_ = false;
  std::uint64_t bad_lines_ = 0;
};

} // namespace rollcall::asterisk
