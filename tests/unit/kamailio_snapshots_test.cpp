#include "fake_session_actions.hpp"
#include "transport/switches/kamailio/snapshots.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rollcall::kamailio_snapshots_test {

using namespace rollcall::kamailio;
using namespace std::chrono_literals;
using switches::fetch_pace;

namespace {

/// A Kamailio at one moment, with a call that is answered.
struct fixture {
  settings configured() const {
    settings to;
    to.name = switch_name{"kam-1"};
    to.rpc = net::parse_http_url("http://127.0.0.1:8081/RPC");
    to.dump_directory = "/nowhere";
    to.snapshot_interval = 1h;
    return to;
  }

  std::string body() const { return std::get<switches::http_post>(out.fetches.back().first).body; }

  /// The text that was asked for last, in one piece.
  void give(const std::string& text) {
    snaps.fetched({}, text, now);
    snaps.fetched({}, {}, now);
  }
  void answer(const std::string& result) {
    give(R"({"jsonrpc":"2.0","result":)" + result + R"(,"id":)" + std::to_string(++request) + "}");
  }

  testing::fake_session_actions out;
  switch_notes notes;
  std::shared_ptr<memory> known = std::make_shared<memory>(
      configured(), limits{}, std::make_shared<metrics>(), notes.open(switch_name{"kam-1"}));
  switches::instant now{std::chrono::steady_clock::time_point{} + 1h, timestamp{}};
  conversation talk{known->bounds, known->book, *known->counters, now.steady};
  std::uint64_t request = 1;
  snapshots snaps{out, known, talk, "1", 1};
};

} // namespace

TEST_CASE_FIXTURE(fixture, "only what names calls waits for the link: a count counts as of when it comes") {
  snaps.look(now);
  CHECK(body().find("htable.get") != std::string::npos);
  CHECK(out.fetches.back().second == fetch_pace::at_once);
  answer(R"({"item":{"name":"run","value":"1","flags":2}})");
  CHECK(body().find("dlg.stats_active") != std::string::npos);
  CHECK(out.fetches.back().second == fetch_pace::at_once);
  answer(R"({"all":0})");
  CHECK(body().find("dlg.dump_file") != std::string::npos);
  CHECK(out.fetches.back().second == fetch_pace::at_once);
  answer("{}");
  CHECK(std::holds_alternative<switches::file_once>(out.fetches.back().first));
  CHECK(out.fetches.back().second == fetch_pace::of_the_link);
  snaps.fetched({}, {}, now); // an empty file
  CHECK(body().find("dlg.stats_active") != std::string::npos);
  CHECK(out.fetches.back().second == fetch_pace::at_once);
  answer(R"({"all":0})");
  CHECK(known->counters->snapshots == 1);
}

TEST_CASE_FIXTURE(fixture, "a list over RPC waits for the link, and its end is a count that does not") {
  known->counters->snapshots = 0;
  snaps.look(now);
  answer(R"({"item":{"name":"run","value":"1","flags":2}})");
  answer(R"({"all":0})");
  snaps.fetched("nothing there", {}, now); // of the dump
  answer(R"({"item":{"name":"run","value":"1","flags":2}})");
  ++request; // that of the dump was one, too
  CHECK(out.fetches.back().second == fetch_pace::at_once);
}

TEST_CASE_FIXTURE(fixture, "while what is told is dropped no snapshot begins") {
  out.drops = true;
  snaps.look(now);
  CHECK(out.fetches.empty());
  CHECK(out.told.empty());
  out.drops = false;
  snaps.look(now);
  CHECK(out.fetches.size() == 1);
}

} // namespace rollcall::kamailio_snapshots_test
