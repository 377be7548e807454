#pragma once

#include "domain/base/ids.hpp"
#include "transport/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
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
  /// `foot` is the members that follow the data. `held` is let go with the last piece, or with the source.
  explicit stats_source(std::vector<stats_row> rows, std::string foot = {},
                        std::shared_ptr<const void> held = nullptr)
      : held_(std::move(held)), rows_(std::move(rows)), foot_(std::move(foot)) {}

  bool next(std::string& out) override;

private:
  std::shared_ptr<const void> held_;
  std::vector<stats_row> rows_;
  std::string foot_;
  std::size_t position_ = 0;
  bool begun_ = false;
};

} // namespace rollcall::api
