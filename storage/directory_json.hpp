#pragma once

#include "storage/directory_changes.hpp"

#include <iosfwd>
#include <string_view>

namespace rollcall {

/// Reads an import file: an object with any of the sections `environments`, `customers`, `accounts`,
/// `vendors` and `connections` (contract, section 3). A customer may carry, instead of `api_password`, the
/// key `digest`:
/// {"md5": "…", "sha256": "…"}, hex of H(login:realm:password), with the file's `realm` beside the sections,
/// as write_directory() makes it. A null counts as absent where a key is optional. Throws directory_error
/// naming the entry for an unknown key, a missing one, or one of the wrong type: `customers[2] (i_customer
/// 5): web_login must be a string`.
directory_changes parse_directory(std::string_view text);

/// Writes all of a directory in the form that parse_directory() reads, with hashes instead of passwords.
/// Parsing and importing it makes the same directory again. One entry a line, ordered as the entries are.
void write_directory(std::ostream& out, const directory_entries& entries, std::string_view realm);

} // namespace rollcall
