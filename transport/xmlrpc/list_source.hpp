#pragma once

#include "domain/row_source.hpp"
#include "domain/time.hpp"
#include "transport/http/message.hpp"
#include "transport/xmlrpc/row.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::xmlrpc {

/// Writes a list as an array value while it is read, so that it never stands in memory as text.
class list_source final : public http::body_source {
public:
  /// The list is read by this source alone. It and `held` are let go with the last piece, or with the source.
  /// Running times are told for `now`.
  list_source(std::shared_ptr<row_source> rows, timestamp now, id_style ids,
              std::shared_ptr<const void> held = nullptr);

  /// A piece is short when more rows are on their way: what is here is not kept back for them. Throws
  /// list_lost.
  bool next(std::string& out) override;

  bool wait(std::function<void()> ready) override;

private:
  std::shared_ptr<const void> held_;
  std::shared_ptr<row_source> rows_;
  timestamp now_;
  id_style ids_;
  bool begun_ = false;
};

} // namespace rollcall::xmlrpc
