#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::cli {

// What people type on the command line. Each function throws std::invalid_argument that says what is wrong.

/// `250ms`, `10s`, `1.5m`, `2h`, `7d`; a bare number is seconds. Not negative, and at most a year.
std::chrono::microseconds parse_duration(std::string_view text);

/// `801`, `1-1000` or a mixture `3,5,10-20`: positive integers in the order given, at most ten million.
std::vector<std::int64_t> parse_ids(std::string_view text);

/// `a,b,c`; no element may be empty.
std::vector<std::string> parse_words(std::string_view text);

/// True for an answer that is nothing but y or yes, in capitals or not.
bool is_yes(std::string_view answer);

/// A host and a port, of `host:port` or `[v6]:port`.
struct address {
  std::string host;
  std::string port;
  friend bool operator==(const address&, const address&) = default;
};

/// `host:port[,host:port…]`; at least one.
std::vector<address> parse_addresses(std::string_view text);

} // namespace rollcall::cli
