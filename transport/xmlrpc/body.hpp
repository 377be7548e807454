#pragma once

#include "transport/http/message.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::xmlrpc {

/// Text, or where it will come from: the body of an answer, or a value in it.
using body = decltype(http::response::body);

/// How much one call of body_source::next appends, about; bytes.
constexpr std::size_t piece_size = 64 * 1024;

/// Several bodies, one behind the other.
class joined_body final : public http::body_source {
public:
  explicit joined_body(std::vector<body> parts) : parts_(std::move(parts)) {}

  bool next(std::string& out) override;

  /// Waits for the next body that is not text: the text before it is sent together with its beginning, so
  /// that an answer which fails before it has begun is still told so.
  bool wait(std::function<void()> ready) override;

private:
  std::vector<body> parts_;
  std::size_t position_ = 0;
};

/// The whole answer around its value.
body response_around(body value);

} // namespace rollcall::xmlrpc
