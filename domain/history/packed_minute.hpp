#pragma once

#include "domain/history/counted_minute.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// Rows as bytes, as they are kept and sent to other nodes. Each row is five numbers of variable length
/// (seven bits a byte, the lowest first, bit 7 set on all but the last): how far its subject's key is from
/// the row before (of the first row: the key), total_max, total_sum, connected_max, connected_sum. Mostly
/// five bytes. A block has rows_in_block rows at most.
struct packed_rows_block {
  std::uint64_t first = 0; ///< key of its first subject
  std::string bytes;

  friend bool operator==(const packed_rows_block&, const packed_rows_block&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, packed_rows_block& x) {
    return f(x.first, x.bytes);
  }
};

/// By `first`; the subjects of one block all come before those of the next.
using packed_rows_blocks = std::vector<packed_rows_block>;

/// Subjects in a block: a look for one of them reads half of it, about.
constexpr std::size_t rows_in_block = 64;

packed_rows_blocks packed(const figures_rows& rows);

/// Appends a block's rows. False, and no more than some of them appended, when these are no rows or do not
/// follow those that `rows` has.
bool unpack(std::string_view bytes, figures_rows& rows);

/// The figures of one subject in the block in which it would be: all 0 where it is not. None of a damaged
/// block, as far as it is read: up to the subject, or to the end for one that is not there, because absence
/// needs proof.
std::optional<call_figures> find_in(std::string_view bytes, history_subject whose);

/// A counted_minute with its rows packed.
struct packed_minute {
  history_time start;
  moment_mask moments = 0;
  bool complete = true;
  packed_rows_blocks blocks;

  /// What it takes of memory, about.
  std::size_t bytes() const;
};

packed_minute packed(const counted_minute& minute);

/// None when these are not the rows of a minute, or it is none: it begins within one, has no moment or one
/// too many, or it counts what cannot be: more than most_calls_at_once, a subject without an id. Whatever it
/// is told, it reserves no more than the rows that these bytes can hold.
std::optional<counted_minute> unpacked(const packed_minute& minute);

} // namespace rollcall
