#include "storage/audit_log.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

namespace rollcall {

namespace {

timestamp at(std::int64_t seconds) { return timestamp{std::chrono::seconds{seconds}}; }

audit_request request_at(std::int64_t seconds) {
  return {at(seconds), customer_id{1},      "ssp-root",    "192.0.2.7",
          false,       "disconnectAccount", "i_account=3", customer_id{1}};
}

std::vector<audit_call> many_calls(std::size_t count) {
  std::vector<audit_call> calls;
  for (std::size_t i = 0; i < count; ++i)
    calls.push_back({"sbc-1:" + std::to_string(i), static_cast<disconnect_outcome>(i % 3)});
  return calls;
}

} // namespace

TEST_CASE("nothing written to the audit log can be changed, deleted or replaced") {
  test::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  const auto entry = log.begin(request_at(1));
  log.finish(entry, at(2), "OK", {{"sbc-1:9", disconnect_outcome::sent}});
  log.note({{at(3), "sbc-1:9", "ended"}});

  sqlite::database db{file, open_mode::existing};
  for (const auto* attack :
       {"UPDATE request SET who = 2", "UPDATE answer SET text = 'x'", "UPDATE call SET outcome = 2",
        "UPDATE note SET text = 'x'", "DELETE FROM request", "DELETE FROM answer", "DELETE FROM call",
        "DELETE FROM note",
        "INSERT OR REPLACE INTO request SELECT entry, 0, 0, '', '', 0, '', '', 0 FROM request",
        "INSERT OR REPLACE INTO answer SELECT entry, 0, 'x' FROM answer",
        "INSERT OR REPLACE INTO call SELECT entry, number, 'x', 0 FROM call",
        "INSERT INTO call SELECT entry, 2, 'x', 0 FROM call",
        "INSERT OR REPLACE INTO note SELECT number, 0, 'x', 'x' FROM note"}) {
    CAPTURE(attack);
    CHECK(test::refusal<sqlite::error>([&] { db.execute(attack); })
          == file.string() + ": " + attack + ": the audit log is append-only");
  }
}

TEST_CASE("an entry is answered once, and only an entry that was begun") {
  test::temporary_folder folder;
  audit_log log{folder / "audit.db"};
  const auto entry = log.begin(request_at(1));
  log.finish(entry, at(2), "OK", {});
  CHECK_THROWS_AS(log.finish(entry, at(3), "OK", many_calls(2)), sqlite::error);
  CHECK_THROWS_AS(log.finish(entry + 1, at(3), "OK", many_calls(2)), sqlite::error);
  CHECK(log.calls(entry).empty());
  CHECK(log.entries(10).at(0).answered == at(2));
}

TEST_CASE("a request that was never answered is still in the log") {
  test::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log{file}.begin(request_at(1));
  const auto entries = audit_log{file, open_mode::read_only}.entries(10);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].request == request_at(1));
  CHECK_FALSE(entries[0].answered.has_value());
  CHECK(entries[0].calls == 0);
}

TEST_CASE("the log shows who asked for what, and what came of each call") {
  test::temporary_folder folder;
  audit_log log{folder / "audit.db"};
  const audit_request trusted{at(5),          customer_id{}, "", "10.0.0.1", true, "disconnectCustomer",
                              "i_customer=2", customer_id{2}};
  const auto first = log.begin(request_at(1));
  const auto second = log.begin(trusted);
  const auto calls = many_calls(7);
  log.finish(second, at(6), "OK count=3", calls);
  log.note({{at(8), "sbc-1:3", "refused: no such call"}, {at(9), "sbc-1:4", "ended"}});
  log.note({{at(9), "sbc-1:3", "ended"}});

  const auto entries = log.entries(10);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].number == second);
  CHECK(entries[0].request == trusted);
  CHECK(entries[0].answer == "OK count=3");
  CHECK(entries[0].calls == 7);
  CHECK(entries[0].sent == 3);
  CHECK(entries[1].number == first);
  CHECK(log.entries(1).size() == 1);
  CHECK(log.entries(0).empty());
  CHECK(log.calls(second) == calls);
  CHECK(log.notes("sbc-1:3")
        == std::vector{audit_note{at(8), "sbc-1:3", "refused: no such call"},
                       audit_note{at(9), "sbc-1:3", "ended"}});
  CHECK(log.notes("sbc-1:4") == std::vector{audit_note{at(9), "sbc-1:4", "ended"}});
  CHECK(log.notes("sbc-1:5").empty());
}

TEST_CASE("two nodes may write to one log") {
  test::temporary_folder folder;
  audit_log a{folder / "audit.db"};
  audit_log b{folder / "audit.db"};
  const auto from_a = a.begin(request_at(1));
  const auto from_b = b.begin(request_at(2));
  CHECK(from_a != from_b);
  a.finish(from_a, at(3), "OK", many_calls(1));
  b.finish(from_b, at(3), "OK", many_calls(2));
  CHECK(a.calls(from_b).size() == 2);
}

TEST_CASE("the log is kept beside the directory, in a file of its own") {
  CHECK(audit_file_beside("/var/lib/rollcall/directory.db") == "/var/lib/rollcall/audit.db");
  CHECK(audit_file_beside("directory.db") == "audit.db");
}

} // namespace rollcall
