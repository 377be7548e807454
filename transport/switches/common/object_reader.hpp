#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::switches {

/// What a field of a JSON object holds.
struct json_value {
  enum class kind : std::uint8_t { absent, null, boolean, number, string, nested };

  kind type = kind::absent;
  /// string: its content with escapes resolved; number, boolean, nested: as written; else empty. Points into
  /// the text that was read or into the reader's scratch.
  std::string_view text;
};

/// Reads the fields of one JSON object (RFC 8259), one after the other, without building a tree: a switch
/// says hundreds of thousands of flat objects a second. Nested values are checked and skipped.
///
/// It accepts exactly what the grammar does, with two freedoms for the sake of hostile dialled numbers:
/// strings may be broken UTF-8, and an escaped lone surrogate becomes the three bytes that UTF-8 would have
/// for it (so that is_clean() refuses them). Names that occur twice are reported twice.
class object_reader {
public:
  /// Values nest at most this deep, the object itself included.
  static constexpr unsigned max_depth = 32;

  /// Reads `text`, which must outlive the values. `scratch` takes strings with escapes; it may be used again,
  /// with what it has allocated, once the values are done with.
  object_reader(std::string_view text, std::string& scratch);

  /// The next field. False at the end of the object, or at the first thing that is not JSON: see error(). Not
  /// to be called again after that.
  bool next(std::string_view& name, json_value& value);

  /// What is wrong with the text; null while nothing is. Only when next() has returned false and this is null
  /// has everything been read and found well-formed.
  const char* error() const { return error_; }

private:
  bool fail(const char* reason);
  bool finish();
  void skip_blanks();
  bool take(char c);
  bool read_name(std::string_view& name);
  bool read_value(json_value& value, unsigned depth);
  bool keep_text(const char* begin, json_value& value) const;
  bool read_literal(std::string_view literal);
  bool read_number(std::string_view& text);
  bool read_digits();
  bool read_string(std::string_view& text);
  bool read_escaped(const char* begin, std::string_view& text);
  bool read_escape();
  bool read_code_unit(std::uint32_t& unit);
  bool read_unicode();
  bool skip_object(unsigned depth);
  bool skip_array(unsigned depth);

  const char* at_;
  const char* end_;
  std::string& scratch_;
  const char* error_ = nullptr;
  bool begun_ = false;
};

} // namespace rollcall::switches
