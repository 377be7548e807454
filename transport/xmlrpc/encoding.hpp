#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::xmlrpc {

/// A character encoding by the one name that each has here, in lower case: `UTF8` is `utf-8`, `latin1` is
/// `iso-8859-1`, and UTF-16 of either byte order `utf-16`. An unknown name comes back in lower case.
std::string canonical_encoding(std::string_view name);

/// The encoding that the XML declaration names, as it stands there; empty when there is none.
std::string_view declared_encoding(std::string_view document);

/// The encoding that a document has by its own account (XML 1.0, 4.3.3 and appendix F): that of its byte
/// order mark, else that of its declaration, else UTF-8. Canonical. None when mark and declaration contradict
/// each other. Looks at the beginning alone.
std::optional<std::string> encoding_of(std::string_view document);

/// True when a document may be sent with this `charset` in its Content-Type. Where one of the two is US-ASCII
/// and the other UTF-8, the same bytes are both.
bool may_be_sent_as(std::string_view charset, std::string_view document);

/// What each byte stands for in a single-byte encoding that expat does not know by itself: a code point, or
/// -1. False for an encoding that is not known here either.
bool map_bytes(std::string_view name, int (&map)[256]);

} // namespace rollcall::xmlrpc
