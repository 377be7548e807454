#include "apps/rollcall/members.hpp"

namespace rollcall::cli {

std::string text_of(const boost::json::object& row, std::string_view member) {
  const auto* value = row.if_contains(member);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

std::string text_of(const boost::json::value& row, std::string_view member) {
  return row.is_object() ? text_of(row.get_object(), member) : std::string();
}

std::int64_t number_of(const boost::json::object& row, std::string_view member) {
  const auto* value = row.if_contains(member);
  return value && value->is_int64() ? value->get_int64() : 0;
}

std::int64_t number_of(const boost::json::value& row, std::string_view member) {
  return row.is_object() ? number_of(row.get_object(), member) : 0;
}

} // namespace rollcall::cli
