#pragma once

#include "apps/rollcall/http_client.hpp"
#include "apps/rollcall/output.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
class Validator;
} // namespace CLI

namespace rollcall::cli {

/// Adds an option that takes a duration such as 250ms, 10s or 5m into `value`, which holds its default and
/// must live until the command line is read. What is shorter than `least` is refused.
void add_duration(CLI::App& app, const std::string& name, std::chrono::microseconds& value,
                  const std::string& help, std::chrono::microseconds least = {});
void add_duration(CLI::App& app, const std::string& name, std::optional<std::chrono::microseconds>& value,
                  const std::string& help, std::chrono::microseconds least = {});

/// How a subcommand reaches the server: `--url`, `--user` and the like, or their environment variables.
struct server_options {
  server to;
  std::string password_file;

  /// The server, with the password from the file, the environment (ROLLCALL_PASSWORD) or, when there is a
  /// user and a terminal, a question. Throws command_error.
  server resolved() const;
};

/// `options` must live until the command line is read and resolved() was called. It is one subcommand's own:
/// CLI11 gives the environment to every subcommand, called or not, and where two share the object, that of
/// the one that was not called replaces what stands on the command line.
void add_server_options(CLI::App& app, server_options& options);

/// Names the customer that trusted mode means when none is named, and says so on stderr.
void choose_customer(const server_options& asked, std::optional<std::int64_t>& customer);

/// `--json` and `--csv`; without them `as` keeps what it holds.
void add_format_options(CLI::App& app, format& as);

/// Lets pass what is not empty: an empty value is that of a variable that was not set, and no wish.
CLI::Validator not_empty();

/// Lets pass what is a whole number of at least `least`, and otherwise says so.
CLI::Validator whole_number(std::int64_t least);

/// An option that takes a whole number of at least `least`.
CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<std::int64_t>& number,
                        std::int64_t least, const std::string& help);

/// An option that takes an id: a positive number.
CLI::Option* add_id(CLI::App& app, const std::string& name, std::optional<std::int64_t>& id,
                    const std::string& help);

/// True when somebody sits there who sees a question and can answer it: stdin and stderr are terminals.
bool can_ask();

/// What is typed in answer to `question`, shown with what an empty answer means; of a secret nothing is shown
/// on the terminal.
std::string answer_to(const std::string& question, const std::string& otherwise);
std::string secret_answer_to(const std::string& question);

/// Asks on the terminal. True only for a whole line that is y or yes; an end of input is a no.
bool confirmed(const std::string& question);

} // namespace rollcall::cli
