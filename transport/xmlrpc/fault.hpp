#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rollcall::xmlrpc {

/// The codes of faults (contract, section 5). Those below zero are of the "Specification for Fault Code
/// Interoperability", the others are the vendor's, after HTTP.
enum class fault_code : std::int32_t {
  parse_error = -32700,
  invalid_request = -32600,
  unknown_method = -32601,
  bad_parameter = 400,
  wrong_id = 401, ///< unknown or out of scope; the two are never told apart
  forbidden = 403,
  conflict = 409, ///< what was asked for is not what would happen
  too_many = 429,
  internal = 500,
  unavailable = 503,
};

inline constexpr std::array fault_codes = {
    fault_code::parse_error,   fault_code::invalid_request, fault_code::unknown_method,
    fault_code::bad_parameter, fault_code::wrong_id,        fault_code::forbidden,
    fault_code::conflict,      fault_code::too_many,        fault_code::internal,
    fault_code::unavailable,
};

/// Why a request was not done, as the client reads it.
struct fault {
  fault_code code = fault_code::internal;
  std::string text;

  friend bool operator==(const fault&, const fault&) = default;
};

/// Not well-formed XML.
inline fault parse_error() { return {fault_code::parse_error, "parse error"}; }

/// Well-formed, but not a method call, or one that is refused unread.
inline fault invalid_request() { return {fault_code::invalid_request, "invalid request"}; }

inline fault unknown_method(std::string_view name) {
  return {fault_code::unknown_method, "unknown method '" + std::string{name} + "'"};
}

inline fault bad_parameter(std::string text) { return {fault_code::bad_parameter, std::move(text)}; }

/// `Wrong i_account` and its like.
inline fault wrong_id(std::string_view parameter) {
  return {fault_code::wrong_id, "Wrong " + std::string{parameter}};
}

/// A value, or the fault that came instead.
template <class T>
class or_fault {
public:
  or_fault(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
  or_fault(fault reason) : outcome_(std::in_place_index<1>, std::move(reason)) {}

  explicit operator bool() const noexcept { return outcome_.index() == 0; }

  T& operator*() { return std::get<0>(outcome_); }
  const T& operator*() const { return std::get<0>(outcome_); }
  T* operator->() { return &std::get<0>(outcome_); }
  const T* operator->() const { return &std::get<0>(outcome_); }

  /// Only when there is no value.
  fault& why() { return std::get<1>(outcome_); }
  const fault& why() const { return std::get<1>(outcome_); }

private:
  std::variant<T, fault> outcome_;
};

} // namespace rollcall::xmlrpc
