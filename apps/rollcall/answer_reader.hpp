#pragma once

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// A fault that a server answered with.
struct api_fault {
  int code = 0;
  std::string text;
};

/// Reads an XML-RPC methodResponse as it comes in, so that a list of a hundred thousand calls is never held
/// as XML: its own values are all that stays (xmlrpc-c's tree takes twenty times as much). Integers of all
/// widths, booleans, doubles, strings (typed or not), nil, arrays and structs; other types become strings.
/// Throws command_error for what is no methodResponse, holds a DOCTYPE, or is nested deeper than 64. One
/// thread.
class answer_reader {
public:
  answer_reader();
  ~answer_reader();

  /// The next bytes, cut anywhere.
  void feed(std::string_view bytes);

  /// After the last byte: true when the answer is a value, false when it is a fault.
  bool finish();

  boost::json::value& value();
  api_fault fault() const;

  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

private:
  struct parser;
  std::unique_ptr<parser> parser_;
};

} // namespace rollcall::cli
