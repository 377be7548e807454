#pragma once

#include "actors/wire.hpp"

#include <optional>

namespace rollcall::wire {

/// An id that may be absent, as it travels.
template <class Id>
auto maybe_of(const std::optional<Id>& id) {
  maybe<typename Id::rep> result;
  if (id)
    result.push_back(id->value());
  return result;
}

/// And as it arrives.
template <class Id>
std::optional<Id> id_from(const maybe<typename Id::rep>& value) {
  return value.empty() ? std::nullopt : std::optional<Id>{Id{value.front()}};
}

} // namespace rollcall::wire
