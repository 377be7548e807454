#include "apps/rollcall/keys.hpp"

#include <string_view>

namespace rollcall::cli {

namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

} // namespace

std::optional<char> key_reader::next(char byte) {
  constexpr std::string_view begin_text = "]PX^_";
  switch (at_) {
  case place::ground:
    if (byte != escape)
      return byte;
    at_ = place::escape;
    break;
  case place::escape:
    if (byte == escape) // pressed twice, or Alt with an arrow
      break;
    at_ = byte == '['                                       ? place::csi
          : byte == 'O' || byte == 'N'                      ? place::one_more
          : begin_text.find(byte) != std::string_view::npos ? place::text
                                                            : place::ground;
    break;
  case place::csi:
    if (byte == escape)
      at_ = place::escape;
    else if (byte >= '@' && byte <= '~' && byte != '[') // the Linux console's F1 is ESC [ [ A
      at_ = place::ground;
    break;
  case place::one_more:
    at_ = byte == escape ? place::escape : place::ground;
    break;
  case place::text:
    at_ = byte == bell ? place::ground : byte == escape ? place::text_escape : place::text;
    break;
  case place::text_escape:
    at_ = byte == '\\' ? place::ground : place::text;
    break;
  }
  return std::nullopt;
}

} // namespace rollcall::cli
