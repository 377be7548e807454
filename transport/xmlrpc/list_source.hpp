#pragma once

#include "domain/base/time.hpp"
#include "domain/lists/row_source.hpp"
#include "transport/http/message.hpp"
#include "transport/xmlrpc/row.hpp"
#include "transport/xmlrpc/row_names.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::xmlrpc {

/// Writes a list as an array value while it is read, so that it never stands in memory as text.
class list_source final : public http::body_source {
public:
  /// The list is read by this source alone, and let go with it: that takes a while, for which nobody should
  /// wait who reads the last piece. `held` is let go with that piece, or with the source.
  /// Running times are told for `now`. Rows have names besides where `names` is not null.
  list_source(std::shared_ptr<row_source> rows, timestamp now, answer_style style,
              std::shared_ptr<const void> held = nullptr, std::unique_ptr<row_names> names = nullptr);

  /// A piece is short when more rows are on their way: what is here is not kept back for them. Throws
  /// list_lost.
  bool next(std::string& out) override;

  bool wait(std::function<void()> ready) override;

private:
  bool write_rows(std::string& out);
  std::size_t room_for(const call_row& row);

  std::shared_ptr<const void> held_;
  std::shared_ptr<row_source> rows_;
  row_writer writer_;
  const std::unique_ptr<row_names> names_;
  bool begun_ = false;
  bool ended_ = false;
};

} // namespace rollcall::xmlrpc
