#pragma once

#include "apps/rollcall/options.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rollcall::cli {

/// Which calls are meant, in every subcommand that selects some: the filters of the API (events.md, 1).
struct filter_options {
  std::optional<std::int64_t> customer;
  std::optional<std::int64_t> account;
  std::string username;
  std::optional<std::int64_t> vendor;
  std::optional<std::int64_t> connection;
  std::string node;
  std::string source;
  std::vector<std::string> ids;
  std::string cli;
  std::string cld;
  std::string sip_call_id;
  std::string media_ip;
  std::vector<std::string> states;
  std::string direction;
  std::optional<std::chrono::microseconds> min_duration;
  std::optional<std::chrono::microseconds> max_duration;
  std::optional<std::chrono::microseconds> min_delay;
  std::optional<std::chrono::microseconds> max_delay;
  std::optional<std::chrono::microseconds> min_age;
  bool suspect = false;
  bool no_recursive = false;

  /// Names the customer that trusted mode means when none is named, and says so on stderr.
  void choose_customer(const server_options& asked);

  /// As parameters of the API: those that were given. Throws command_error (`usage`) for an ID that no call
  /// can have.
  boost::json::object parameters() const;
};

/// `options` must live until the command line is read.
void add_filter_options(CLI::App& app, filter_options& options);

} // namespace rollcall::cli
