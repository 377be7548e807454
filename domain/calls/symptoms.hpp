#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall {

/// Why a call is suspect (control.md, 5).
enum class symptom : std::uint8_t {
  setup_over,         ///< for too long before Connected
  age_over,           ///< too old
  disconnecting_over, ///< hung up, and still there
  unverified_over,    ///< its switch has been away for too long
  no_media,           ///< its switch says that no media flows
};

constexpr std::size_t symptom_count = 5;

/// As rows and metrics show them, indexed by symptom.
constexpr std::array<std::string_view, symptom_count> symptom_names = {
    "setup_over", "age_over", "disconnecting_over", "unverified_over", "no_media"};

/// Some symptoms of a call, in a byte.
class symptoms {
public:
  /// Those that bits() can have.
  static constexpr std::uint8_t all_bits = (1U << symptom_count) - 1;

  constexpr void add(symptom one) { bits_ = static_cast<std::uint8_t>(bits_ | bit(one)); }
  constexpr void remove(symptom one) { bits_ = static_cast<std::uint8_t>(bits_ & ~bit(one)); }
  constexpr bool has(symptom one) const { return (bits_ & bit(one)) != 0; }
  constexpr bool any() const { return bits_ != 0; }

  /// One for each, for messages and records.
  constexpr std::uint8_t bits() const { return bits_; }
  static constexpr symptoms of_bits(std::uint8_t bits) {
    symptoms result;
    result.bits_ = bits & all_bits;
    return result;
  }

  friend constexpr bool operator==(const symptoms&, const symptoms&) = default;

private:
  static constexpr unsigned bit(symptom one) { return 1U << static_cast<unsigned>(one); }

  std::uint8_t bits_ = 0;
};

/// Their names in that order, with commas between them; empty for none. Lives for ever. Any thread.
std::string_view to_string(symptoms all);

/// Bytes of the longest of these.
constexpr std::size_t longest_symptoms = [] {
  std::size_t bytes = symptom_count - 1;
  for (const auto name : symptom_names)
    bytes += name.size();
  return bytes;
}();

} // namespace rollcall
