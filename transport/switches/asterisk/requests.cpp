#include "transport/switches/asterisk/requests.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace rollcall::asterisk {

std::string requests::unguessable() {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr int letters = 32; // of 4 bits
  std::random_device random;
  std::uniform_int_distribution<std::size_t> any{0, digits.size() - 1};
  std::string text;
  for (int i = 0; i < letters; ++i)
    text += digits[any(random)];
  return text + '-';
}

std::string requests::add(request asked) {
  open_.emplace(++last_, std::move(asked));
  return prefix_ + std::to_string(last_);
}

std::optional<std::uint64_t> requests::number_of(std::string_view action_id) const {
  if (!action_id.starts_with(prefix_))
    return std::nullopt;
  action_id.remove_prefix(prefix_.size());
  std::uint64_t number = 0;
  const auto* const end = action_id.data() + action_id.size();
  const auto [at, failed] = std::from_chars(action_id.data(), end, number);
  return failed == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

const request* requests::find(std::string_view action_id) const {
  const auto number = number_of(action_id);
  const auto found = number ? open_.find(*number) : open_.end();
  return found == open_.end() ? nullptr : &found->second;
}

std::optional<request> requests::take(std::string_view action_id) {
  const auto number = number_of(action_id);
  auto node = number ? open_.extract(*number) : decltype(open_)::node_type{};
  return node ? std::optional{std::move(node.mapped())} : std::nullopt;
}

std::vector<request> requests::take_overdue(moment then) {
  std::vector<request> all;
  for (auto at = open_.begin(); at != open_.end() && at->second.sent < then;) {
    if (at->second.is_list()) {
      ++at;
      continue;
    }
    all.push_back(std::move(at->second));
    at = open_.erase(at);
  }
  return all;
}

void requests::drop_lists() {
  std::erase_if(open_, [](const auto& each) { return each.second.is_list(); });
}

void requests::resumed(moment now) {
  for (auto& [number, each] : open_)
    each.sent = now;
}

} // namespace rollcall::asterisk
