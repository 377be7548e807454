#pragma once

#include <string>

namespace rollcall::kamailio {

/// Replaces hexadecimal digits by the bytes they stand for. False when they are none, or an odd number of
/// them.
bool decode_hex(std::string& text);

} // namespace rollcall::kamailio
