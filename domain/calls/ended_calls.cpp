#include "domain/calls/ended_calls.hpp"

#include "domain/base/siphash.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

ended_calls::ended_calls(std::size_t most)
    : most_a_table_(std::max<std::size_t>(most / tables, 1)), key_(random_siphash_key()) {}

void ended_calls::add(std::string_view id, moment now) {
  turn(now);
  if (tables_[0].empty())
    begun_ = now;
  last_ = now;
  tables_[0].insert(siphash(id, key_));
}

bool ended_calls::contains(std::string_view id, moment now) {
  turn(now);
  const auto hash = siphash(id, key_);
  return std::any_of(tables_.begin(), tables_.end(), [&](const auto& one) { return one.contains(hash); });
}

std::size_t ended_calls::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& one : tables_)
    sum += one.size();
  return sum;
}

void ended_calls::expire(moment now) {
  for (std::size_t i = 0; i < tables; ++i)
    if (!tables_[i].empty() && now - (i == 0 ? last_ : closed_[i]) > memory)
      tables_[i] = {};
}

void ended_calls::turn(moment now) {
  expire(now);
  const auto full = tables_[0].size() >= most_a_table_;
  if (tables_[0].empty() || (!full && now - begun_ < age))
    return;
  forgotten_early_ += tables_.back().size();
  for (auto i = tables - 1; i > 0; --i) {
    tables_[i] = std::move(tables_[i - 1]);
    closed_[i] = closed_[i - 1];
  }
  tables_[0] = {};
  closed_[1] = last_;
}

} // namespace rollcall
