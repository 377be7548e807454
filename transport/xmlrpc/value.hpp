#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::xmlrpc {

struct value;

struct nil {
  friend bool operator==(const nil&, const nil&) = default;
};

/// A dateTime or base64: a type that no method takes, kept only so that it can be refused by name.
struct opaque {
  friend bool operator==(const opaque&, const opaque&) = default;
};

struct member; // not a std::pair: clang asks for all of a value before one of those is complete

using array = std::vector<value>;
using structure = std::vector<member>; ///< in the order sent

/// A value of a request.
struct value {
  std::variant<nil, bool, std::int64_t, double, std::string, opaque, array, structure> data;

  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&data);
  }

  bool is_nil() const noexcept { return as<nil>() != nullptr; }
};

struct member {
  std::string name;
  value held;
};

bool operator==(const member& a, const member& b);
inline bool operator==(const value& a, const value& b) { return a.data == b.data; }
inline bool operator==(const member& a, const member& b) { return a.name == b.name && a.held == b.held; }

/// The member of this name; null when there is none.
inline const value* find(const structure& members, std::string_view name) {
  for (const auto& [key, held] : members)
    if (key == name)
      return &held;
  return nullptr;
}

} // namespace rollcall::xmlrpc
