#pragma once

#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/http_client.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace rollcall::cli {

/// What a method answered.
struct api_answer {
  boost::json::value value;
  caveats gaps;
};

/// A method answered with a fault.
class fault_error : public command_error {
public:
  using command_error::command_error;
};

/// The server has no such method: it is older than this tool.
class unknown_method : public fault_error {
public:
  using fault_error::fault_error;
};

/// Calls methods of the API (contract, section 5): calls written by xmlrpc-c, answers read by answer_reader,
/// over http_client. One thread.
class api_client {
public:
  explicit api_client(const server& to) : http_(to) {}

  /// Parameters are strings, numbers, booleans and arrays of these; none are sent for an empty object. Throws
  /// command_error: `denied` for HTTP 401, `timeout`, else `failure`; for a fault fault_error: `denied` for
  /// 403, `not_found` for 401, else `failure`.
  api_answer call(const std::string& method, const boost::json::object& parameters);

private:
  http_client http_;
};

/// The exit code for a fault of the API.
exit_code exit_code_of_fault(int code);

} // namespace rollcall::cli
