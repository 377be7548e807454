#pragma once

#include "actors/messages.hpp"
#include "transport/api/params.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

/// The parameters that say how a disconnect is carried out, in every method that hangs calls up
/// (control.md, 1).
constexpr std::array<std::string_view, 4> order_parameters = {"dry_run", "confirm", "max_calls", "reason"};

/// For the help of such a method.
constexpr std::string_view order_help =
    " Besides: dry_run (boolean: nothing is sent; the answer has result 'OK', count, failed, which could not "
    "be sent now, customers and connections, structs of counts, oldest in seconds, sample, up to 10 IDs, "
    "and confirm), confirm (string, of a dry run of the same request within the last 60 s: hangs up no more "
    "than that has counted, or fault 409), "
    "max_calls (integer: fault 409 and nothing sent when more calls match), reason (string, at most 200 "
    "bytes: for the audit log).";

constexpr std::size_t longest_reason = 200; // bytes

/// What a method was asked to hang up, and how.
struct asked_disconnect : disconnect_request {
  asked_disconnect() = default;
  asked_disconnect(disconnect_request of) : disconnect_request(std::move(of)) {} // NOLINT: a request is one

  bool dry_run = false;
  std::string confirm; ///< token of the dry run that was confirmed; empty: none
};

/// What these parameters say.
struct order_words {
  bool dry_run = false;
  std::string confirm;
  std::optional<std::uint64_t> max_calls;
  std::string reason;

  /// The request with them.
  asked_disconnect put_into(disconnect_request request, std::uint64_t confirm_above) &&;
};

order_words read_order_words(param_reader& in);

/// True for a parameter that says how, not what: two requests that differ in no other are the same.
bool is_order_word(std::string_view parameter);

/// True for one line of characters that can be seen, at most longest_reason bytes.
bool is_reason(std::string_view text);

} // namespace rollcall::api
