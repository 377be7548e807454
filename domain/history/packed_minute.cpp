#include "domain/history/packed_minute.hpp"

#include <algorithm>
#include <array>

namespace rollcall {

namespace {

constexpr unsigned bits_in_byte = 7;
constexpr unsigned more_follow = 1U << bits_in_byte;
constexpr unsigned bits_at_most = 64;
constexpr std::size_t numbers_in_row = 5;

void append(std::string& out, std::uint64_t number) {
  for (; number >= more_follow; number >>= bits_in_byte)
    out += static_cast<char>((number & (more_follow - 1)) | more_follow);
  out += static_cast<char>(number);
}

/// Reads rows one after the other.
class row_reader {
public:
  explicit row_reader(std::string_view bytes) : rest_(bytes) {}

  /// Reads the next row. False at the end, and when the bytes are not a row.
  bool next(figures_row& row) {
    if (rest_.empty())
      return false;
    std::array<std::uint64_t, numbers_in_row> numbers{};
    for (auto& number : numbers)
      if (!read(number))
        return false;
    if (++rows_ > rows_in_block || numbers[0] == 0 || numbers[0] > UINT64_MAX - key_)
      return fail();
    key_ += numbers[0];
    row = {history_subject::of_key(key_), {numbers[1], numbers[2], numbers[3], numbers[4]}};
    return true;
  }

  bool failed() const noexcept { return failed_; }

private:
  bool fail() {
    failed_ = true;
    return false;
  }

  bool read(std::uint64_t& number) {
    for (unsigned shift = 0; shift < bits_at_most && !rest_.empty(); shift += bits_in_byte) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & (more_follow - 1)} << shift;
      if (byte < more_follow)
        return true;
    }
    return fail();
  }

  std::uint64_t key_ = 0;
  std::size_t rows_ = 0;
  std::string_view rest_;
  bool failed_ = false;
};

/// As many rows as these bytes can hold: a number takes one at least.
std::size_t most_rows_in(const packed_rows_blocks& blocks) {
  std::size_t sum = 0;
  for (const auto& block : blocks)
    sum += std::min(rows_in_block, block.bytes.size() / numbers_in_row);
  return sum;
}

/// True for what may have been counted at so many moments.
bool can_be(const figures_row& row, std::uint64_t moments) {
  const auto fits = [&](std::uint64_t max, std::uint64_t sum) {
    return max <= most_calls_at_once && sum <= max * moments;
  };
  return row.subject.key() <= history_subject::largest_key
         && fits(row.figures.total_max, row.figures.total_sum)
         && fits(row.figures.connected_max, row.figures.connected_sum);
}

} // namespace

packed_rows_blocks packed(const figures_rows& rows) {
  packed_rows_blocks blocks;
  blocks.reserve((rows.size() + rows_in_block - 1) / rows_in_block);
  for (std::size_t begin = 0; begin < rows.size(); begin += rows_in_block) {
    auto& block = blocks.emplace_back();
    block.first = rows[begin].subject.key();
    std::uint64_t before = 0;
    for (auto i = begin; i < std::min(begin + rows_in_block, rows.size()); ++i) {
      const auto& figures = rows[i].figures;
      append(block.bytes, rows[i].subject.key() - before);
      append(block.bytes, figures.total_max);
      append(block.bytes, figures.total_sum);
      append(block.bytes, figures.connected_max);
      append(block.bytes, figures.connected_sum);
      before = rows[i].subject.key();
    }
  }
  return blocks;
}

bool unpack(std::string_view bytes, figures_rows& rows) {
  row_reader in{bytes};
  for (figures_row row; in.next(row);) {
    if (!rows.empty() && row.subject <= rows.back().subject)
      return false;
    rows.push_back(row);
  }
  return !in.failed();
}

std::optional<call_figures> find_in(std::string_view bytes, history_subject whose) {
  row_reader in{bytes};
  std::optional<history_subject> first;
  for (figures_row row; in.next(row);) {
    if (row.subject == whose)
      return row.figures;
    if (!first)
      first = row.subject;
  }
  if (in.failed() || !first || *first > whose)
    return std::nullopt;
  return call_figures{};
}

std::size_t packed_minute::bytes() const {
  auto sum = sizeof(packed_minute) + blocks.size() * sizeof(packed_rows_block);
  for (const auto& block : blocks)
    sum += block.bytes.size();
  return sum;
}

packed_minute packed(const counted_minute& minute) {
  return {minute.start, minute.moments, minute.complete, packed(minute.rows)};
}

std::optional<counted_minute> unpacked(const packed_minute& minute) {
  if (floor_to(history_minute, minute.start) != minute.start || minute.moments == 0
      || (minute.moments & ~all_moments) != 0)
    return std::nullopt;
  counted_minute out{minute.start, minute.moments, minute.complete, {}};
  out.rows.reserve(most_rows_in(minute.blocks));
  for (const auto& block : minute.blocks) {
    const auto before = out.rows.size();
    if (!unpack(block.bytes, out.rows) || out.rows.size() == before
        || out.rows[before].subject.key() != block.first)
      return std::nullopt;
  }
  if (!std::all_of(out.rows.begin(), out.rows.end(),
                   [moments = count_of(out.moments)](const auto& row) { return can_be(row, moments); }))
    return std::nullopt;
  return out;
}

} // namespace rollcall
