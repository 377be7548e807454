#pragma once

#include "kamailio_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a link has heard of snapshots, and what they are made of.
namespace rollcall::kamailio::snapshot_fixture {

using namespace testing;
using namespace std::chrono_literals;

inline limits quick() {
  limits bounds;
  bounds.tick = 10ms;
  bounds.hole = 50ms;
  bounds.snapshot_pause = 1ms;
  return bounds;
}

/// The ids named between the beginning and the end of the first complete snapshot; none while there is none.
inline std::optional<std::vector<std::string>> first_snapshot(const switch_news& news) {
  std::vector<std::string> named;
  for (const auto& item : news) {
    if (std::holds_alternative<snapshot_begin>(item))
      named.clear();
    else if (const auto* call = std::get_if<call_event>(&item))
      named.push_back(call->id);
    else if (std::holds_alternative<snapshot_end>(item))
      return named;
  }
  return std::nullopt;
}

inline bool has_snapshot(const fake_link::attachment& it) { return first_snapshot(it.news).has_value(); }

inline std::size_t snapshots_in(const switch_news& news) {
  return static_cast<std::size_t>(std::count_if(
      news.begin(), news.end(), [](const auto& each) { return std::holds_alternative<snapshot_end>(each); }));
}

/// True when a snapshot has begun before the one before had ended.
inline bool anew(const switch_news& news) {
  bool open = false;
  for (const auto& item : news) {
    if (std::holds_alternative<snapshot_begin>(item) && std::exchange(open, true))
      return true;
    if (std::holds_alternative<snapshot_end>(item))
      open = false;
  }
  return false;
}

inline std::vector<std::string> calls(std::initializer_list<std::uint32_t> numbers) {
  std::vector<std::string> dialogs;
  for (const auto each : numbers)
    dialogs.push_back(dialog_json("1", each));
  return dialogs;
}

using ids = std::vector<std::string>;

inline std::uint64_t failures(node& of, dialog_source source, snapshot_failure reason) {
  return of->counters().source_failures[static_cast<std::size_t>(source)][static_cast<std::size_t>(reason)];
}

/// A folder that is gone at the end.
struct folder {
  folder() {
    std::string name = std::filesystem::temp_directory_path() / "rollcall-dump-XXXXXX";
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

} // namespace rollcall::kamailio::snapshot_fixture
