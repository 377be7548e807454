#include "apps/rollcall/call_ids.hpp"

#include "apps/rollcall/exit_code.hpp"
#include "domain/calls/shown_id.hpp"
#include "domain/calls/typed_id.hpp"

#include <istream>
#include <string_view>
#include <unordered_set>

namespace rollcall::cli {

namespace {

constexpr std::size_t longest_shown = 40; // bytes of an ID in an error

class collection {
public:
  void add(std::string_view typed) {
    const auto read = read_typed_id(typed);
    if (!read)
      throw command_error(exit_code::usage,
                          "no ID is shown as " + std::string(typed.substr(0, longest_shown))
                              + ": one with a backslash in front is taken as it stands there");
    const auto& id = *read;
    if (id.size() > longest_shown_id)
      throw command_error(exit_code::usage,
                          "an ID is longer than any call's: " + id.substr(0, longest_shown) + "…");
    if (!seen_.emplace(id).second)
      return;
    if (named.ids.size() == most_call_ids)
      throw command_error(exit_code::usage, "more than " + std::to_string(most_call_ids) + " IDs");
    named.ids.emplace_back(id);
  }

  void add_lines(std::istream& lines) {
    named.from_stream = true;
    for (std::string line; std::getline(lines, line);) {
      // A blank may be part of an ID, and without it another call's.
      if (line.ends_with('\r'))
        line.pop_back();
      if (line.find_first_not_of(" \t") != std::string::npos)
        add(line);
    }
    if (lines.bad())
      throw command_error(exit_code::failure, "standard input cannot be read to its end");
  }

  named_calls named;

private:
  std::unordered_set<std::string> seen_;
};

} // namespace

named_calls read_call_ids(const std::vector<std::string>& words, std::istream& lines) {
  collection all;
  for (const auto& word : words)
    if (word == "-")
      all.add_lines(lines);
    else if (!word.empty())
      all.add(word);
  if (all.named.ids.empty())
    throw command_error(exit_code::usage, "no ID was given");
  return std::move(all.named);
}

} // namespace rollcall::cli
