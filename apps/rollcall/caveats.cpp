#include "apps/rollcall/caveats.hpp"

#include "domain/base/visible_text.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

namespace rollcall::cli {

namespace {

// "node-b" is one name, "node-b, node-c" are several.
bool several(std::string_view names) { return names.find(',') != std::string_view::npos; }

// The names of a list that another list does not have.
std::string without(std::string_view names, std::string_view others) {
  constexpr std::string_view between = ", ";
  const auto all_others = std::string{between} + std::string{others} + std::string{between};
  std::string left;
  while (!names.empty()) {
    const auto end = std::min(names.find(between), names.size());
    const auto name = std::string{names.substr(0, end)};
    names.remove_prefix(std::min(end + between.size(), names.size()));
    if (all_others.find(std::string{between} + name + std::string{between}) == std::string::npos)
      left += (left.empty() ? "" : std::string{between}) + name;
  }
  return left;
}

} // namespace

std::vector<std::string> sentences(const caveats& about) {
  std::vector<std::string> said;
  if (const auto names = without(about.unverified_switches, about.unknown_switches); several(names))
    said.push_back("switches " + visible_text(names)
                   + " are away or have not told all yet: their calls are shown as last known");
  else if (!names.empty())
    said.push_back("switch " + visible_text(names)
                   + " is away or has not told all yet: its calls are shown as last known");
  if (const auto& names = about.unknown_switches; several(names))
    said.push_back("switches " + visible_text(names) + ": their calls are not known");
  else if (!names.empty())
    said.push_back("switch " + visible_text(names) + ": its calls are not known");
  if (const auto& names = about.other_directory; !names.empty())
    said.push_back(visible_text(names) + (several(names) ? " answer" : " answers")
                   + " from another directory");
  if (const auto& offsets = about.clock_offset; !offsets.empty())
    said.push_back("clocks differ: " + visible_text(offsets));
  if (const auto& names = about.missing_nodes; !names.empty())
    said.push_back(visible_text(names) + (several(names) ? " are" : " is") + " missing from this answer");
  else if (!about.complete && about.unknown_switches.empty() && about.other_directory.empty())
    said.emplace_back("some nodes are missing from this answer");
  return said;
}

exit_code judged(const caveats& about) {
  for (const auto& sentence : sentences(about))
    std::cerr << "rollcall: " << sentence << '\n';
  return about.whole() ? exit_code::done : exit_code::partial;
}

} // namespace rollcall::cli
