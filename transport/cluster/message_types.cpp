#include "transport/cluster/message_types.hpp"

#include <algorithm>
#include <array>

namespace rollcall::cluster {

namespace {

// What CAF 0.17.6 writes: how many actors the message is still to pass (none), number 0 for a type that has a
// name, the length of the name (seven bits a byte, the lowest first), and the name: `@<>` with a `+` and a
// name for each element.
constexpr std::string_view nobody_between{"\0\0\0", 3};
constexpr std::string_view begin_of_names = "@<>";
constexpr std::string_view our_types = "rollcall::";
constexpr std::array<std::string_view, 5> plain_types{"@atom", "@i64", "@str", "@strong_actor_ptr", "@u64"};

bool is_flat(std::string_view name) {
  return name.starts_with(our_types)
         || std::find(plain_types.begin(), plain_types.end(), name) != plain_types.end();
}

} // namespace

bool holds_flat_types(std::string_view payload) {
  if (!payload.starts_with(nobody_between))
    return false;
  payload.remove_prefix(nobody_between.size());
  std::size_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (payload.empty() || shift > 7) // longer than any that is looked at
      return false;
    const auto byte = static_cast<unsigned char>(payload[0]);
    payload.remove_prefix(1);
    length |= std::size_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0)
      break;
  }
  auto names = payload.substr(0, length);
  if (names.size() != length || !names.starts_with(begin_of_names))
    return false;
  names.remove_prefix(begin_of_names.size());
  while (names.starts_with('+')) {
    names.remove_prefix(1);
    const auto name = names.substr(0, names.find('+'));
    if (!is_flat(name))
      return false;
    names.remove_prefix(name.size());
  }
  return names.empty();
}

} // namespace rollcall::cluster
