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

std::optional<minute_assembly::whole> minute_assembly::take(wire::history_part part, moment now) {
  expire(now);
  const auto bytes = bytes_of(part);
  if (part.number == 0)
    give_up(part.node, "another one was begun before its last part");
  if (const auto why = refusal(part, bytes)) {
    give_up(part.node, *why, bytes);
    return std::nullopt;
  }
  auto& begun = begun_[part.node];
  auto& minute = begun.so_far.minute;
  if (part.number == 0) {
    minute.start = start_of(part);
    minute.moments = part.moments;
    minute.complete = part.complete;
  }
  ++begun.next;
  begun.last = now;
  begun.so_far.bytes += bytes;
  bytes_begun_ += bytes;
  std::move(part.blocks.begin(), part.blocks.end(), std::back_inserter(minute.blocks));
  if (!part.last)
    return std::nullopt;
  auto done = std::move(begun.so_far);
  bytes_begun_ -= done.bytes;
  begun_.erase(part.node);
  return done;
}

/// Why a part cannot be taken; none: it can.
std::optional<std::string_view> minute_assembly::refusal(const wire::history_part& part,
                                                         std::size_t bytes) const {
  const auto found = begun_.find(part.node);
  const auto follows = found == begun_.end() ? part.number == 0
                                             : found->second.next == part.number
                                                   && found->second.so_far.minute.start == start_of(part);
  if (!follows)
    return "its parts do not fit together";
  if (part.last)
    return std::nullopt; // it is kept no longer
  if (bytes_begun_ + bytes > defaults::history_begun_bytes)
    return "too much has come of minutes that are not whole";
  if (found == begun_.end() && begun_.size() >= defaults::history_begun)
    return "too many were begun";
  return std::nullopt;
}

void minute_assembly::expire(moment now) {
  std::vector<std::string> late;
  for (const auto& [node, begun] : begun_)
    if (now - begun.last >= defaults::history_part_patience)
      late.push_back(node);
  for (const auto& node : late)
    give_up(node, "its next part did not come");
}

void minute_assembly::give_up(const std::string& node, std::string_view why, std::size_t bytes_of_part) {
  auto bytes = bytes_of_part;
  if (const auto found = begun_.find(node); found != begun_.end()) {
    bytes += found->second.so_far.bytes;
    bytes_begun_ -= found->second.so_far.bytes;
    begun_.erase(found);
  }
  if (bytes != 0)
    failures_.push_back({node, why, bytes});
}

std::vector<minute_assembly::failure> minute_assembly::take_failures() {
  return std::exchange(failures_, {});
}

} // namespace rollcall
