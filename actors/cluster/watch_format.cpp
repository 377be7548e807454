#include "actors/cluster/watch_format.hpp"

#include "actors/defaults.hpp"

#include <memory>
#include <utility>

namespace rollcall::wire {

namespace {

using kind = change_queue::kind;

// A kind travels in the lowest bits, and what else is known above them.
constexpr std::uint8_t kind_bits = 0x3;
constexpr std::uint8_t asked_bit = 0x4;
constexpr std::uint8_t unseen_bit = 0x8;
constexpr std::uint8_t fresh_bit = 0x10;
constexpr std::uint8_t reuses_id_bit = 0x20;

std::uint8_t bits_of(const change_queue::told& one) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(one.what) | (one.asked ? asked_bit : 0U)
                                   | (one.unseen ? unseen_bit : 0U) | (one.fresh ? fresh_bit : 0U)
                                   | (one.reuses_id ? reuses_id_bit : 0U));
}

} // namespace

void watch_packer::begin(watch_batch_ptr batch) {
  batch_ = std::move(batch);
  done_ = 0;
}

watch_batch watch_packer::next() {
  watch_batch part;
  part.begins = batch_->begins && done_ == 0;
  part.listings = batch_->listings;
  const auto& items = batch_->items;
  for (; done_ < items.size() && rows_.size() < defaults::batch_bytes; ++done_) {
    rows_.pack({items[done_].record.get(), customer_id{}, {}});
    part.kinds.push_back(static_cast<char>(bits_of(items[done_])));
  }
  part.rows = rows_.take();
  if (done_ < items.size())
    return part;
  part.synced = batch_->synced;
  part.distrusted = std::move(batch_->distrusted);
  if (batch_->place) {
    part.log = batch_->place->log;
    part.position = batch_->place->position;
    for (const auto& [source, count] : batch_->held)
      part.held.emplace_back(source->name.value(), count);
  }
  batch_.reset();
  return part;
}

rollcall::watch_batch watch_unpacker::read(watch_batch told) {
  rollcall::watch_batch batch;
  batch.begins = told.begins;
  batch.synced = told.synced;
  batch.listings = told.listings;
  batch.distrusted = std::move(told.distrusted);
  rows_.begin(std::move(told.rows));
  record_ptr record;
  customer_id customer;
  for (const auto bits : told.kinds) {
    if (!rows_.next(record, customer))
      throw malformed_rows("fewer rows than are told");
    if ((bits & kind_bits) > static_cast<unsigned>(kind::leave))
      throw malformed_rows("an unknown kind");
    batch.items.push_back({static_cast<kind>(bits & kind_bits), std::move(record), (bits & asked_bit) != 0,
                           (bits & unseen_bit) != 0, (bits & fresh_bit) != 0, (bits & reuses_id_bit) != 0});
  }
  if (!rows_.at_end())
    throw malformed_rows("more rows than are told");
  if (told.log != 0) {
    batch.place = log_place{told.log, told.position};
    for (const auto& [name, count] : told.held)
      batch.held.add(source_of(name), count);
  }
  return batch;
}

const switch_identity* watch_unpacker::source_of(const std::string& name) {
  auto& known = sources_[name];
  if (!known)
    known = interned({switch_name{name}, from_, environment_id{}});
  return known;
}

} // namespace rollcall::wire
