#pragma once

#include "domain/history/history_store.hpp"
#include "storage/history_db.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace rollcall {

/// Writes the history to a file, which is opened when it is needed: one that cannot be opened now, is moved
/// or replaced while it is written, or comes back, costs the minutes meanwhile and nothing else.
class history_writer : public history_sink {
public:
  explicit history_writer(std::filesystem::path file) : file_(std::move(file)) {}

  void check() override;
  bool write(const packed_minute& minute, const history_keep& keep) override;
  std::uint64_t bytes() override { return db_ ? db_->size() : 0; }
  bool take_loss() override { return std::exchange(lost_, false); }
  std::optional<history_damage> take_damage() override { return db_ ? db_->take_damage() : std::nullopt; }

private:
  std::filesystem::path file_;
  std::optional<history_db> db_;
  bool lost_ = false;
};

/// Reads it, by a connection of its own: no reader waits for the writer, nor the writer for a reader.
class history_reader : public history_source {
public:
  explicit history_reader(std::filesystem::path file) : file_(std::move(file)) {}

  std::vector<history_point> read(history_subject whose, const history_range& range) override;
  std::optional<history_damage> take_damage() override { return db_ ? db_->take_damage() : std::nullopt; }

private:
  std::filesystem::path file_;
  std::optional<history_db> db_;
};

} // namespace rollcall
