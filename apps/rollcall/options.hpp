#pragma once

#include "apps/rollcall/http_client.hpp"
#include "apps/rollcall/output.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
class Validator;
} // namespace CLI

namespace rollcall::cli {

/// Adds an option that takes a duration such as 250ms, 10s or 5m into `value`, which holds its default and
/// must live until the command line is read.
void add_duration(CLI::App& app, const std::string& name, std::chrono::microseconds& value,
                  const std::string& help);
void add_duration(CLI::App& app, const std::string& name, std::optional<std::chrono::microseconds>& value,
                  const std::string& help);

/// How a subcommand reaches the server: `--url`, `--user` and the like, or their environment variables.
struct server_options {
  server to;
  std::string password_file;

  /// The server, with the password from the file, the environment (ROLLCALL_PASSWORD) or, when there is a
  /// user and a terminal, a question. Throws command_error.
  server resolved() const;
};

/// `options` must live until the command line is read and resolved() was called.
void add_server_options(CLI::App& app, server_options& options);

/// `--json` and `--csv`; without them `as` keeps what it holds.
void add_format_options(CLI::App& app, format& as);

/// Lets pass what is a whole number of at least `least`, and otherwise says so.
CLI::Validator whole_number(std::int64_t least);

/// An option that takes an id: a positive number.
void add_id(CLI::App& app, const std::string& name, std::optional<std::int64_t>& id, const std::string& help);

/// Asks on the terminal; true for an answer that begins with y. True at once when stdin is no terminal.
bool confirmed(const std::string& question);

} // namespace rollcall::cli
