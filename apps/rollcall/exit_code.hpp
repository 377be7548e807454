#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// How the tool ends; exit_code_meanings says when.
enum class exit_code {
  done = 0,
  failure = 1,
  usage = 2,
  not_found = 3,
  denied = 4,
  timeout = 5,
  partial = 6,
};

/// In the order of exit_code; `rollcall --help` and docs/command-line.md have them word for word.
inline constexpr std::array<std::string_view, 7> exit_code_meanings = {
    "done; an empty list is one, too",
    "failure: no connection, a fault or a refusal of the server, a bad file, a question answered with no",
    "wrong usage, or --yes is missing where nobody can be asked; nothing was sent",
    "not found: no such call, account, customer or node for this caller",
    "denied: a wrong login, or no right to do this",
    "no answer in time; a hang-up may have been carried out all the same",
    "in part: nodes or switches are missing from the answer, or not every hang-up could be sent",
};
static_assert(exit_code_meanings.size() == static_cast<std::size_t>(exit_code::partial) + 1);

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
