#include "transport/switches/common/switch_notes.hpp"

#include <utility>

namespace rollcall {

void switch_notes::sheet::set(const std::string& subject, std::string text) {
  const std::lock_guard lock{mutex_};
  if (!closed_)
    notes_[subject] = std::move(text);
}

void switch_notes::sheet::clear(const std::string& subject) {
  const std::lock_guard lock{mutex_};
  notes_.erase(subject);
}

void switch_notes::sheet::set_clock(double ahead) {
  const std::lock_guard lock{mutex_};
  if (!closed_)
    clock_ = ahead;
}

bool switch_notes::sheet::is_closed() const {
  const std::lock_guard lock{mutex_};
  return closed_;
}

void switch_notes::sheet::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  notes_.clear();
  clock_.reset();
}

std::shared_ptr<switch_notes::sheet> switch_notes::open(const switch_name& of) {
  auto opened = std::make_shared<sheet>(of);
  const std::lock_guard lock{mutex_};
  std::erase_if(sheets_, [](const auto& each) { return each.expired(); });
  sheets_.push_back(opened);
  return opened;
}

std::map<std::string, double> switch_notes::clocks() const {
  std::map<std::string, double> result;
  for (const auto& each : sheets()) {
    const std::lock_guard lock{each->mutex_};
    if (each->clock_)
      result[each->of_.value()] = *each->clock_;
  }
  return result;
}

std::vector<std::string> switch_notes::lines() const {
  std::map<std::string, std::map<std::string, std::string>> notes; // by switch, then by subject
  for (const auto& each : sheets()) {
    const std::lock_guard lock{each->mutex_};
    for (const auto& [subject, text] : each->notes_)
      notes[each->of_.value()][subject] = text;
  }
  std::vector<std::string> result;
  for (const auto& [name, subjects] : notes)
    for (const auto& [subject, text] : subjects)
      result.push_back("switch " + name + ": " + text);
  return result;
}

std::vector<std::shared_ptr<switch_notes::sheet>> switch_notes::sheets() const {
  std::vector<std::shared_ptr<sheet>> open;
  const std::lock_guard lock{mutex_};
  for (const auto& each : sheets_)
    if (auto one = each.lock())
      open.push_back(std::move(one));
  return open;
}

} // namespace rollcall
