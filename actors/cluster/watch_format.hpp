#pragma once

#include "actors/messages.hpp"
#include "actors/wire.hpp"
#include "domain/lists/packed_rows.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace rollcall::wire {

/// Packs a batch for another node, in parts of some defaults::batch_bytes: what it says besides calls goes
/// with the last one. One thread.
class watch_packer {
public:
  void begin(watch_batch_ptr batch);

  /// True when a part of the batch is left.
  bool has_more() const noexcept { return batch_ != nullptr; }

  watch_batch next();

private:
  watch_batch_ptr batch_;
  std::size_t done_ = 0;
  row_packer rows_;
};

/// Reads what a watch_packer of another node wrote. What is no batch throws malformed_rows. The pictures of a
/// call are new records each time. One thread.
class watch_unpacker {
public:
  /// `from` is the node that has told it.
  explicit watch_unpacker(node_id from) : from_(std::move(from)) {}

  rollcall::watch_batch read(watch_batch told);

private:
  const switch_identity* source_of(const std::string& name);

  node_id from_;
  row_unpacker rows_;
  std::map<std::string, const switch_identity*> sources_; ///< of the counts
};

} // namespace rollcall::wire
