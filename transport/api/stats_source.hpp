#pragma once

#include "domain/ids.hpp"
#include "transport/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rollcall::api {

/// One member of the stats' `data`.
struct stats_row {
  account_id account;
  std::uint64_t total = 0;
  std::uint64_t connected = 0;
};

/// Writes the struct that the stats methods answer, piece by piece.
class stats_source final : public http::body_source {
public:
  /// An answer that is not `complete` says so. `held` is let go with the last piece, or with the source.
  explicit stats_source(std::vector<stats_row> rows, bool complete = true,
                        std::shared_ptr<const void> held = nullptr)
      : held_(std::move(held)), rows_(std::move(rows)), complete_(complete) {}

  bool next(std::string& out) override;

private:
  std::shared_ptr<const void> held_;
  std::vector<stats_row> rows_;
  bool complete_;
  std::size_t position_ = 0;
  bool begun_ = false;
};

} // namespace rollcall::api
