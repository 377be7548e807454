#include "apps/rollcalld/advice.hpp"

#include <sqlite3.h>

namespace rollcall {

std::string advice_for(const std::error_code& failure) {
  if (failure == std::errc::address_in_use)
    return "; another program has it, and `ss -ltnp` shows which";
  if (failure == std::errc::permission_denied)
    return "; a port below 1024 needs a right that this process does not have";
  if (failure == std::errc::address_not_available)
    return "; this machine has no such address";
  return {};
}

std::string advice_for(const sqlite::error& failure) {
  switch (failure.code & 0xff) {
  case SQLITE_FULL:
    return "; make room on that disk";
  case SQLITE_IOERR:
    return "; `df` shows whether that disk is full, `dmesg` whether it is broken";
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
    return "; it and its folder have to be this user's, on a disk that can be written";
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "; another program keeps it locked";
  default:
    return {};
  }
}

} // namespace rollcall
