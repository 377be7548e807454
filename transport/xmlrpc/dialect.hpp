#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace rollcall::xmlrpc {

/// Writes a document anew, event by event as a parser reads it, so that xmlrpc-c 1.33.14 takes what the
/// contract allows and never sees what it would crash on:
/// - An integer that does not fit its element becomes an `i8` or, beyond 64 bits, a string of its digits, of
///   which whoever wants a number says that it is out of range. An `i8` that is no number is malformed.
/// - Characters above U+FFFF, which it refuses, are carried as U+E000 and their code in six hexadecimal
/// digits;
///   so is U+E000 itself. restored() gives them back.
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
  void put_integer(std::string_view element);
  void put_leaf(std::string_view element, std::string_view content);

  std::string document_;
  std::string digits_; ///< of the integer that is open
  bool in_integer_ = false;
  bool malformed_ = false;
};

/// The text that `carried` stands for in a document of dialect_writer.
std::string restored(std::string_view carried);

} // namespace rollcall::xmlrpc
