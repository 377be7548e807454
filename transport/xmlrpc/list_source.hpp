#pragma once

#include "domain/call_list.hpp"
#include "transport/http/message.hpp"
#include "transport/xmlrpc/row.hpp"

#include <memory>
#include <string>

namespace rollcall::xmlrpc {

/// Writes a call list as an array value while it is read, so that it never stands in memory as text.
class list_source final : public http::body_source {
public:
  /// The list is read by this source alone. It and `held` are let go with the last piece, or with the source.
  list_source(std::shared_ptr<call_list> calls, id_style ids, std::shared_ptr<const void> held = nullptr);

  bool next(std::string& out) override;

private:
  std::shared_ptr<const void> held_;
  std::shared_ptr<call_list> calls_;
  id_style ids_;
  bool begun_ = false;
};

} // namespace rollcall::xmlrpc
