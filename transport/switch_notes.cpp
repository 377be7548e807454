#include "transport/switch_notes.hpp"

namespace rollcall {

void switch_notes::set(const switch_name& of, const std::string& subject, std::string text) {
  const std::lock_guard lock{mutex_};
  notes_[of.value()][subject] = std::move(text);
}

void switch_notes::clear(const switch_name& of, const std::string& subject) {
  const std::lock_guard lock{mutex_};
  const auto found = notes_.find(of.value());
  if (found == notes_.end())
    return;
  found->second.erase(subject);
  if (found->second.empty())
    notes_.erase(found);
}

void switch_notes::forget(const switch_name& of) {
  const std::lock_guard lock{mutex_};
  notes_.erase(of.value());
  clocks_.erase(of.value());
}

void switch_notes::set_clock(const switch_name& of, double ahead) {
  const std::lock_guard lock{mutex_};
  clocks_[of.value()] = ahead;
}

std::map<std::string, double> switch_notes::clocks() const {
  const std::lock_guard lock{mutex_};
  return clocks_;
}

std::vector<std::string> switch_notes::lines() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> result;
  for (const auto& [name, subjects] : notes_)
    for (const auto& [subject, text] : subjects)
      result.push_back("switch " + name + ": " + text);
  return result;
}

} // namespace rollcall
