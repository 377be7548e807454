#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::xmlrpc {

/// Writes a document anew, event by event as a parser reads it, so that xmlrpc-c 1.33.14 takes what the
/// contract allows and never sees what it would crash on:
/// - An integer that does not fit its element becomes an `i8` or, beyond 64 bits, a string of its digits:
///   the method that takes a number finds it out of range.
/// - An integer, a boolean or a double that is none becomes a dateTime, as do all of those and every base64:
///   no method takes one, so the method refuses the parameter by its name. (xmlrpc-c would refuse
///   the whole document, and crash on an `i8`.) One with elements in it is malformed.
/// - Characters above U+FFFF, which it refuses, are carried as U+E000 and their code in six hexadecimal
///   digits; so are U+E000 itself and the carriage return, which it turns into a line feed. restored() gives
///   them back.
/// - The name of a struct's member is followed by a number of its own, for of two members of one name it
/// keeps
///   only the last. restored() leaves the numbers out.
/// Attributes, comments and processing instructions, which mean nothing to it, are left out. One thread.
class dialect_writer {
public:
  void start(std::string_view element);
  void end(std::string_view element);

  /// UTF-8, cut between any two characters.
  void text(std::string_view characters);

  /// True when it holds what must not reach xmlrpc-c; the document is then worth nothing.
  bool malformed() const noexcept { return malformed_; }

  std::string take() { return std::move(document_); }

private:
  void put(std::string_view characters);
  void number_name();
  enum class leaf : std::uint8_t { none, integer, boolean, real, other };

  static leaf leaf_of(std::string_view element);
  void put_leaf();
  void put_integer();
  void put_real();
  void put_ill_typed();
  void put_leaf(std::string_view element, std::string_view content);

  std::string document_;
  std::string content_;     ///< of the leaf that is open
  std::uint32_t names_ = 0; ///< of members, so far
  leaf open_ = leaf::none;
  bool malformed_ = false;
};

/// The text that `carried` stands for in a document of dialect_writer.
std::string restored(std::string_view carried);

} // namespace rollcall::xmlrpc
