#pragma once

#include "domain/directory/directory.hpp"
#include "domain/lists/row_source.hpp"

#include <string>

namespace rollcall::xmlrpc {

/// What a row says besides, behind its other members. When names are asked for (events.md, 1): CUSTOMER_NAME,
/// ACCOUNT_NAME, VENDOR_NAME, CONNECTION_NAME and SWITCH. When suspect calls are (control.md, 5): SUSPECT.
/// One thread at a time.
class row_names {
public:
  /// As the directory names them, not at all where it is null; customers and accounts outside of the scope,
  /// which another node may show by another directory, have no names. Characters above U+FFFF are replaced
  /// unless `full_unicode`. `suspect`: with SUSPECT.
  row_names(directory_ptr of, customer_id scope, bool full_unicode, bool suspect = false);

  /// The members, for a row; until the next one.
  const std::string& of(const call_row& row);

  /// Puts them into a row that ends at `out`, with room for them; returns where it ends then.
  char* add(char* out) const;

private:
  void write_names(const call_row& row);
  void write(std::string_view member, std::string_view name);

  const directory_ptr directory_;
  const customer_id scope_;
  const bool full_unicode_;
  const bool suspect_;
  std::string members_;
};

} // namespace rollcall::xmlrpc
