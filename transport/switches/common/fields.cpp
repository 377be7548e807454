#include "transport/switches/common/fields.hpp"

namespace rollcall::switches {

namespace {

// A table with one slot for each hash of a name, found by trial so that no two names share one: a look-up is
// one comparison. The compiler proves it.
constexpr std::size_t slot_count = 64;
constexpr std::uint8_t no_field = 0xFF;

constexpr std::size_t slot_of(std::string_view name) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(name[i]));
  };
  return (name.size() + byte(0) + 2 * byte(name.size() - 1) + 2 * byte(name.size() / 3)) % slot_count;
}

constexpr std::array<std::uint8_t, slot_count> make_slots() {
  std::array<std::uint8_t, slot_count> slots{};
  for (auto& slot : slots)
    slot = no_field;
  for (std::size_t i = 0; i < field_count; ++i) {
    auto& slot = slots[slot_of(field_names[i])];
    if (slot != no_field)
      throw "two names share a slot: choose other factors";
    slot = static_cast<std::uint8_t>(i);
  }
  return slots;
}

constexpr auto slots = make_slots();

} // namespace

const char* fields::read(std::string_view line, std::string& scratch) {
  values_ = {};
  object_reader reader{line, scratch};
  std::string_view name;
  json_value value;
  while (reader.next(name, value)) {
    if (name.empty())
      continue;
    const auto i = slots[slot_of(name)];
    if (i != no_field && field_names[i] == name)
      values_[i] = value;
  }
  return reader.error();
}

} // namespace rollcall::switches
