#include "transport/kamailio/script_faults.hpp"

#include "actors/log.hpp"
#include "transport/feed/quoted.hpp"

#include <algorithm>
#include <string_view>

namespace rollcall::kamailio {

namespace {

/// What one Kamailio can make us keep and log.
constexpr std::size_t most_lines = 16;
constexpr std::size_t line_bytes = 200;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0)
      lines.push_back(feed::one_line(text.substr(0, end), line_bytes));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

} // namespace

void script_faults::heard(const std::string& name, const std::string& faults) {
  auto now = lines_of(faults);
  const std::lock_guard lock{mutex_};
  auto& known = faults_[name];
  for (const auto& each : now)
    if (std::find(known.begin(), known.end(), each) == known.end())
      log::warn(name, "kamailio: its script: {}", each);
  if (now.empty() && !known.empty())
    log::info(name, "kamailio: its script is right now");
  known = std::move(now);
}

void script_faults::forget(const std::string& name) {
  const std::lock_guard lock{mutex_};
  faults_.erase(name);
}

std::vector<std::string> script_faults::lines() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> lines;
  for (const auto& [name, faults] : faults_)
    for (const auto& each : faults)
      lines.push_back("script of " + name + ": " + each);
  return lines;
}

} // namespace rollcall::kamailio
