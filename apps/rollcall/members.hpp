#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// The text of this member. Empty when it is missing or no text, or `row` is no object.
std::string text_of(const boost::json::object& row, std::string_view member);
std::string text_of(const boost::json::value& row, std::string_view member);

/// The number of this member. 0 when it is missing or no whole number, or `row` is no object.
std::int64_t number_of(const boost::json::object& row, std::string_view member);
std::int64_t number_of(const boost::json::value& row, std::string_view member);

} // namespace rollcall::cli
