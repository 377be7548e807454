#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::kamailio {

/// Appends `payload` as a netstring (D. J. Bernstein, 1997): `<length>:<payload>,`.
void append_netstring(std::string& out, std::string_view payload);

/// Cuts a stream of bytes into the payloads of netstrings. One thread.
///
/// Strict: a length has no leading zero and no sign, and the comma must be there. After the first thing that
/// is no netstring nothing more is found, for there is no way back into step.
class netstring_splitter {
public:
  enum class found { none, payload, broken };

  /// A payload of more than `bound` bytes is broken.
  explicit netstring_splitter(std::size_t bound) : bound_(bound) {}

  /// Room for at least `size` bytes; what is written there counts once added() says so.
  std::span<char> space(std::size_t size);
  void added(std::size_t size) { filled_ += size; }

  /// Bytes that are not cut yet.
  std::size_t unread() const { return filled_ - begin_; }

  /// The next payload, good until the next call of space(). None: it needs more bytes.
  found next(std::string_view& payload);

private:
  found read_length();

  const std::size_t bound_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;  ///< of what is not cut yet
  std::size_t filled_ = 0; ///< its end
  std::size_t length_ = 0; ///< of the payload that begins at begin_, when length_known_
  bool length_known_ = false;
  bool broken_ = false;
};

} // namespace rollcall::kamailio
