#include "domain/base/fan_in.hpp"

#include <utility>

namespace rollcall {

fan_in::party fan_in::expect(std::string name) {
  parties_.push_back({std::move(name)});
  ++awaited_;
  return parties_.size() - 1;
}

fan_in::party fan_in::leave_out(std::string name, std::string why) {
  parties_.push_back({std::move(name), fate::away, 0, std::move(why)});
  return parties_.size() - 1;
}

bool fan_in::failed(party who, std::string why) {
  auto& one = parties_[who];
  if (one.is != fate::awaited)
    return false;
  one.why = std::move(why);
  close(one, fate::failed);
  return true;
}

std::vector<fan_in::party> fan_in::give_up(const std::string& why) {
  std::vector<party> silent;
  for (party who = 0; who < parties_.size(); ++who)
    if (auto& one = parties_[who]; one.is == fate::awaited) {
      one.why = why;
      close(one, fate::silent);
      silent.push_back(who);
    }
  return silent;
}

} // namespace rollcall
