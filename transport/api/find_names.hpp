#pragma once

#include "domain/base/text_pattern.hpp"
#include "transport/api/method.hpp"
#include "transport/api/request_quota.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rollcall::api {

/// findNames: who and what there is, from the directory alone.
extern const method find_names;

/// What a name stands for.
enum class name_kind : std::uint8_t { customer, account, vendor, connection };

/// What parameters and answers call them.
constexpr std::array<std::string_view, 4> name_kinds = {"customer", "account", "vendor", "connection"};

struct names_request {
  name_kind kind = name_kind::customer;
  customer_id scope;
  std::optional<std::int64_t> id; ///< of this one only
  std::optional<text_pattern> name;
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

xmlrpc::or_fault<names_request> parse_find_names(const invocation& call);

/// The entries, by id. Customers and accounts are those of the scope; what is above it is not told either.
/// They are looked for while the answer is made; `place` is kept until that is done.
answer found_names(names_request request, directory_ptr dir, bool full_unicode,
                   request_quota::place place = nullptr);

} // namespace rollcall::api
