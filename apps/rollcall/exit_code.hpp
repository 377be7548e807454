#pragma once

#include <stdexcept>
#include <string>

namespace rollcall::cli {

/// How the tool ends.
enum class exit_code {
  done = 0,
  failure = 1,
  usage = 2,
  not_found = 3,
  denied = 4,
  timeout = 5,
  partial = 6, ///< done in part: an answer without some nodes, or disconnects that could not be sent
};

/// Ends a subcommand. what() goes to stderr, code() to the caller of the tool.
class command_error : public std::runtime_error {
public:
  command_error(exit_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  exit_code code() const noexcept { return code_; }

private:
  exit_code code_;
};

/// A request was sent, and no whole answer came: the server may have done what was asked.
class unanswered final : public command_error {
public:
  using command_error::command_error;
};

} // namespace rollcall::cli
