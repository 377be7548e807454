#pragma once

#include "domain/calls/switch_identity.hpp"
#include "domain/lists/row_source.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// Bytes that are no rows: torn, or made by somebody who means ill.
class malformed_rows : public std::runtime_error {
public:
  explicit malformed_rows(const char* why) : std::runtime_error(why) {}
};

/// Writes rows as bytes for another node, batch by batch; packed_rows.cpp draws them. Serial and revision are
/// of one process and stay there. One thread.
class row_packer {
public:
  /// Adds a row to the batch. What row_unpacker would not take is cut to what it takes.
  void pack(const call_row& row);

  /// Bytes in the batch.
  std::size_t size() const noexcept { return batch_.size(); }

  /// The batch; the next row begins another.
  std::string take();

private:
  void write_source(const switch_identity& source);

  std::string batch_;
  std::unordered_map<const switch_identity*, std::uint16_t> numbers_; ///< of the switches in this batch
  const switch_identity* last_ = nullptr;
  std::uint16_t last_number_ = 0;
  std::size_t usual_bytes_ = 0; ///< what the batch before had
};

/// Reads what a row_packer of another node wrote, and trusts it in nothing: bytes that are no rows throw,
/// texts that XML cannot carry are cleaned. It remembers switches from batch to batch, so one unpacker should
/// read all batches of a node. One thread.
class row_unpacker {
public:
  /// Goes on with another batch.
  void begin(std::string batch);

  /// The next row of the batch; false at its end. The record is new, of its own serial and revision 1. Throws
  /// malformed_rows, and then at every further call until begin().
  bool next(record_ptr& record, customer_id& customer);

  /// True when next() would be false.
  bool at_end() const noexcept { return !refused_ && position_ == batch_.size(); }

private:
  const switch_identity* read_source();
  const switch_identity* read_identity();
  const char* take(std::size_t bytes);
  [[noreturn]] void refuse(const char* why);

  std::string batch_;
  std::size_t position_ = 0;
  bool refused_ = false;
  std::vector<const switch_identity*> sources_;                   ///< of this batch, by number
  std::unordered_map<std::string, const switch_identity*> known_; ///< of all batches, by their bytes
};

} // namespace rollcall
