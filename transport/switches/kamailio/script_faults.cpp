#include "transport/switches/kamailio/script_faults.hpp"

#include "actors/runtime/log.hpp"
#include "transport/switches/common/quoted.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

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
      lines.push_back(switches::one_line(text.substr(0, end), line_bytes));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

} // namespace

void script_faults::sheet::heard(const std::string& faults) {
  if (beside_->is_closed())
    return;
  auto now = lines_of(faults);
  const std::lock_guard lock{mutex_};
  for (const auto& each : now)
    if (std::find(faults_.begin(), faults_.end(), each) == faults_.end())
      log::warn(of_, "kamailio: its script: {}", each);
  if (now.empty() && !faults_.empty())
    log::info(of_, "kamailio: its script is right now");
  faults_ = std::move(now);
}

std::shared_ptr<script_faults::sheet> script_faults::open(const std::string& of,
                                                          std::shared_ptr<switch_notes::sheet> beside) {
  auto opened = std::make_shared<sheet>(of, std::move(beside));
  const std::lock_guard lock{mutex_};
  std::erase_if(sheets_, [](const auto& each) { return each.expired(); });
  sheets_.push_back(opened);
  return opened;
}

std::vector<std::string> script_faults::lines() const {
  std::map<std::string, std::vector<std::string>> faults; // by switch
  {
    const std::lock_guard lock{mutex_};
    for (const auto& weak : sheets_)
      if (const auto each = weak.lock(); each && !each->beside_->is_closed()) {
        const std::lock_guard its_lock{each->mutex_};
        auto& of = faults[each->of_];
        of.insert(of.end(), each->faults_.begin(), each->faults_.end());
      }
  }
  std::vector<std::string> lines;
  for (const auto& [name, of] : faults)
    for (const auto& each : of)
      lines.push_back("script of " + name + ": " + each);
  return lines;
}

} // namespace rollcall::kamailio
