#pragma once

#include "transport/api/find_names.hpp"
#include "transport/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::api {

/// Looks through a directory, some entries at a time, and then writes what findNames answers.
class names_source final : public http::body_source {
public:
  /// `held` is let go with what it writes, or with the source.
  names_source(names_request request, directory_ptr dir, bool full_unicode, std::shared_ptr<const void> held);

  bool next(std::string& out) override;

private:
  /// One entry, as all kinds have it.
  struct named {
    std::int64_t id = 0;
    std::string_view name;
    customer_id of; ///< not known: nobody's, or somebody's above the scope
    std::int64_t max_sessions = no_limit;
  };

  template <class Entry>
  bool look_at_some(const std::vector<Entry>& all);
  bool look_on();
  void write(std::string& out);

  std::shared_ptr<const void> held_;
  const names_request request_;
  const directory_ptr directory_;
  const bool full_unicode_;
  std::size_t looked_at_ = 0;
  std::vector<named> found_; ///< in no order
};

} // namespace rollcall::api
