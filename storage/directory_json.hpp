#pragma once

#include "storage/directory_changes.hpp"

#include <iosfwd>
#include <string_view>

namespace rollcall {

/// Reads an import file: an object with any of the sections `environments`, `customers`, `accounts`,
/// `vendors` and `connections` (contract, section 3). A customer may carry, instead of `api_password`, the
/// key `digest`:
/// {"md5": "…", "sha256": "…"}, hex of H(login:realm:password), with the file's `realm` beside the sections,
/// as write_directory() makes it. So may each of its `logins`, which are objects with web_login, the password
/// and api_rights; api_rights are arrays of names. A null counts as absent where a key is optional, except
/// for web_login, api_rights, max_sessions and logins: null takes away what is there, left out it is kept.
/// Ids are 1 to 2147483647; max_sessions is -1 to that; a web_login is one that HTTP Digest can carry; no key
/// stands twice; a byte order mark is passed over. Throws directory_error for what is not JSON
/// or no object, with its place; anything else that is wrong is in the result's `faults`, for
/// merge_checked().
directory_changes read_directory_file(std::string_view text);

/// The same; throws import_error with all faults, if there are any.
directory_changes parse_directory(std::string_view text);

/// Writes all of a directory in the form that parse_directory() reads, with hashes instead of passwords.
/// Parsing it and importing it where nothing is makes the same directory again. One entry a line, ordered as
/// the entries are; rights, limits and logins only of those that have any.
void write_directory(std::ostream& out, const directory_entries& entries, std::string_view realm);

} // namespace rollcall
