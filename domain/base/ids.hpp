#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace rollcall {

/// An identifier that converts neither from nor to anything by itself, so that an account's number can
/// never be passed where a customer's is meant. Zero (or empty) stands for "not known".
template <class Tag, class Rep>
class strong_id {
public:
  using rep = Rep;

  strong_id() = default;
  explicit strong_id(Rep value) : value_(std::move(value)) {}

  const Rep& value() const noexcept { return value_; }

  /// True unless the id is the zero value, which stands for "not known".
  bool known() const noexcept { return value_ != Rep{}; }

  friend bool operator==(const strong_id&, const strong_id&) = default;
  friend auto operator<=>(const strong_id&, const strong_id&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, strong_id& x) {
    return f(x.value_);
  }

private:
  Rep value_{};
};

using environment_id = strong_id<struct environment_tag, std::int64_t>; ///< `i_environment`
using customer_id = strong_id<struct customer_tag, std::int64_t>;       ///< `i_customer`, `i_wholesaler`
using account_id = strong_id<struct account_tag, std::int64_t>;         ///< `i_account`
using vendor_id = strong_id<struct vendor_tag, std::int64_t>;           ///< `i_vendor`
using connection_id = strong_id<struct connection_tag, std::int64_t>;   ///< `i_connection`
using call_id = strong_id<struct call_tag, std::string>;                ///< the API's `ID`: `<switch>:<id>`
using node_id = strong_id<struct node_tag, std::string>;                ///< the API's `NODE_ID`
using switch_name = strong_id<struct switch_tag, std::string>;          ///< 1-32 of `a-z 0-9 . _ -`

} // namespace rollcall

template <class Tag, class Rep>
struct std::hash<rollcall::strong_id<Tag, Rep>> {
  std::size_t operator()(const rollcall::strong_id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
