#include "actors/history/minute_parts.hpp"

#include "actors/defaults.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall {

namespace {

std::size_t bytes_of(const packed_rows_block& block) { return sizeof block + block.bytes.size(); }

/// What another node tells is made a time that can be computed with.
history_time start_of(const wire::history_part& part) {
  constexpr std::int64_t year_10000 = 253'402'300'800;
  return history_time{std::chrono::seconds{std::clamp<std::int64_t>(part.start, 0, year_10000)}};
}

} // namespace

std::size_t bytes_of(const wire::history_part& part) {
  auto sum = sizeof part + part.node.size();
  for (const auto& block : part.blocks)
    sum += bytes_of(block);
  return sum;
}

std::vector<wire::history_part> parts_of(const packed_minute& minute, const std::string& node) {
  std::vector<wire::history_part> parts;
  std::size_t bytes = 0;
  const auto begin_next = [&] {
    wire::history_part next;
    next.node = node;
    next.start = minute.start.time_since_epoch().count();
    next.moments = minute.moments;
    next.complete = minute.complete;
    next.number = static_cast<std::uint32_t>(parts.size());
    parts.push_back(std::move(next));
    bytes = 0;
  };
  begin_next();
  for (const auto& block : minute.blocks) {
    if (bytes > defaults::batch_bytes)
      begin_next();
    bytes += bytes_of(block);
    parts.back().blocks.push_back(block);
  }
  parts.back().last = true;
  return parts;
}

std::optional<minute_assembly::whole> minute_assembly::take(wire::history_part part) {
  if (part.number == 0)
    give_up(part.node);
  auto& begun = begun_[part.node];
  auto& minute = begun.so_far.minute;
  const auto bytes = bytes_of(part);
  if (part.number == 0) {
    minute.start = start_of(part);
    minute.moments = part.moments;
    minute.complete = part.complete;
  }
  begun.so_far.bytes += bytes;
  if (begun.next != part.number || minute.start != start_of(part)) {
    give_up(part.node);
    return std::nullopt;
  }
  ++begun.next;
  std::move(part.blocks.begin(), part.blocks.end(), std::back_inserter(minute.blocks));
  if (!part.last)
    return std::nullopt;
  auto done = std::move(begun.so_far);
  begun_.erase(part.node);
  return done;
}

void minute_assembly::give_up(const std::string& node) {
  if (const auto found = begun_.find(node); found != begun_.end()) {
    given_up_ += found->second.so_far.bytes;
    begun_.erase(found);
  }
}

std::size_t minute_assembly::take_given_up() { return std::exchange(given_up_, 0); }

} // namespace rollcall
