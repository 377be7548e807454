#include "storage/audit_log.hpp"
#include "storage/audit_schema.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

namespace rollcall::audit_log_test {

namespace {

timestamp at(std::int64_t seconds) { return timestamp{std::chrono::seconds{seconds}}; }

audit_request request_at(std::int64_t seconds) {
  return {at(seconds), customer_id{1},      "ssp-root",    "192.0.2.7",
          false,       "disconnectAccount", "i_account=3", customer_id{1}};
}

record_ptr call_of(const std::string& id, timestamp setup = at(1)) {
  static const switch_identity sbc{switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}};
  call_event event;
  event.id = id;
  event.setup = event.received = setup;
  event.state = call_state::connected;
  event.account = account_id{3};
  event.texts.set(call_text::cli, "801");
  event.texts.set(call_text::cld, "8\"1\\2\n");
  event.texts.set(call_text::sip_call_id, id + "@10.0.0.1");
  return call_record::first(sbc, event);
}

audit_block block_of(disconnect_outcome outcome, const std::vector<std::string>& ids,
                     timestamp asked = at(1)) {
  audit_block block{outcome, asked, {}};
  for (const auto& id : ids)
    block.calls.push_back(call_of(id));
  return block;
}

/// What one request adds to the log.
audit_write of_entry(std::uint64_t entry, std::vector<audit_block> blocks,
                     const audit_request& request = request_at(1)) {
  return {entry, std::make_shared<const audit_request>(request), std::move(blocks), {}, false};
}

audit_write answered(audit_write write, std::int64_t when, const std::string& text) {
  write.answer = audit_answer{at(when), text};
  return write;
}

using ids = std::vector<std::string>;

ids ids_of(audit_log& log, std::int64_t entry) {
  ids found;
  for (const auto& call : log.calls(entry))
    found.push_back(call.id + ' ' + std::string{to_string(call.outcome)});
  return found;
}

constexpr auto sent = disconnect_outcome::sent;

} // namespace

TEST_CASE("nothing written to the audit log can be changed, deleted or replaced") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  log.write({answered(of_entry(1, {block_of(sent, {"9"})}), 2, "OK")});
  log.write({of_entry(2, {block_of(sent, {"8"})})});
  log.note({{at(3), "sbc-1:9", "ended"}});

  sqlite::database db{file, open_mode::existing};
  for (const auto* attack :
       {"UPDATE request SET who = 2", "UPDATE answer SET text = 'x'", "UPDATE block SET outcome = 2",
        "UPDATE note SET text = 'x'", "DELETE FROM request", "DELETE FROM answer", "DELETE FROM block",
        "DELETE FROM note",
        "INSERT OR REPLACE INTO request SELECT entry, 0, 0, '', '', 0, '', '', 0, '' FROM request",
        "INSERT OR REPLACE INTO answer SELECT entry, 0, 'x' FROM answer",
        "INSERT OR REPLACE INTO block SELECT number, entry, 1, 0, 0, '[]' FROM block WHERE entry = 2",
        "INSERT INTO block SELECT NULL, entry, 2, 0, 0, '[]' FROM answer",
        "INSERT OR REPLACE INTO note SELECT number, 0, 'x', 'x' FROM note"}) {
    CAPTURE(attack);
    CHECK(testing::refusal<sqlite::error>([&] { db.execute(attack); })
          == file.string() + ": " + attack + ": the audit log is append-only");
  }
}

TEST_CASE("a request that was never answered is still in the log, with the calls that were written ahead") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log{file}.write({of_entry(1, {block_of(sent, {"1", "2"})})});
  audit_log log{file, open_mode::read_only};
  const auto entries = log.entries(10);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].request == request_at(1));
  CHECK_FALSE(entries[0].answered.has_value());
  CHECK(ids_of(log, entries[0].number) == ids{"sbc-1:1 sent", "sbc-1:2 sent"});
}

TEST_CASE("the log shows who asked for what, and what came of each call") {
  testing::temporary_folder folder;
  audit_log log{folder / "audit.db"};
  const audit_request trusted{at(5),          customer_id{}, "", "10.0.0.1", true, "disconnectCustomer",
                              "i_customer=2", customer_id{2}};
  log.write({answered(of_entry(1, {}), 2, "OK")});
  log.write({of_entry(2, {block_of(sent, {"1", "2"})}, trusted)});
  log.write({of_entry(2, {block_of(sent, {"3"})}, trusted)});
  log.write({answered(of_entry(2,
                               {block_of(disconnect_outcome::already, {"4"}),
                                block_of(disconnect_outcome::unreachable, {"5"})},
                               trusted),
                      6, "OK count=3")});
  log.note({{at(8), "sbc-1:3", "refused: no such call"}, {at(9), "sbc-1:4", "ended"}});
  log.note({{at(9), "sbc-1:3", "ended"}});

  const auto entries = log.entries(10);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].request == trusted);
  CHECK(entries[0].answer == "OK count=3");
  CHECK(entries[0].calls == 5);
  CHECK(entries[0].sent == 3);
  CHECK(log.entries(1).size() == 1);
  CHECK(log.entries(0).empty());
  CHECK(ids_of(log, entries[0].number)
        == ids{"sbc-1:1 sent", "sbc-1:2 sent", "sbc-1:3 sent", "sbc-1:4 already", "sbc-1:5 unreachable"});
  CHECK(log.calls(entries[0].number).front()
        == audited_call{"sbc-1:1", sent, "1@10.0.0.1", "801", "8\"1\\2\n", account_id{3}, at(1)});
  CHECK(log.notes("sbc-1:3")
        == std::vector{audit_note{at(8), "sbc-1:3", "refused: no such call"},
                       audit_note{at(9), "sbc-1:3", "ended"}});
  CHECK(log.notes("sbc-1:5").empty());
}

TEST_CASE("every outcome of a call can be written") {
  testing::temporary_folder folder;
  audit_log log{folder / "audit.db"};
  for (std::size_t i = 0; i < disconnect_outcome_names.size(); ++i) {
    const auto outcome = static_cast<disconnect_outcome>(i);
    log.write({of_entry(i + 1, {block_of(outcome, {"1"})})});
    CHECK(ids_of(log, static_cast<std::int64_t>(i + 1)) == ids{"sbc-1:1 " + std::string{to_string(outcome)}});
  }
}

TEST_CASE("two nodes may write to one log") {
  testing::temporary_folder folder;
  audit_log a{folder / "audit.db"};
  audit_log b{folder / "audit.db"};
  a.write({of_entry(1, {block_of(sent, {"1"})})});
  b.write({of_entry(1, {block_of(sent, {"2"})})});
  a.write({answered(of_entry(1, {block_of(sent, {"3"})}), 3, "OK")});
  const auto entries = b.entries(10);
  REQUIRE(entries.size() == 2);
  CHECK(ids_of(b, entries[1].number) == ids{"sbc-1:1 sent", "sbc-1:3 sent"});
  CHECK(ids_of(b, entries[0].number) == ids{"sbc-1:2 sent"});
}

TEST_CASE("a log of the version before is taken over with its calls") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  {
    const schema before{audit_schema.name, audit_schema.application_id, audit_schema.migrations.first(1)};
    sqlite::database db{file, open_mode::create};
    migrate(db, before, open_mode::create);
    db.execute("INSERT INTO request VALUES (NULL, 1, 1, '', '', 0, 'disconnectCall', 'ID=sbc-1:7', 1)");
    db.execute("INSERT INTO call VALUES (1, 1, 'sbc-1:7', 0)");
  }
  audit_log log{file};
  log.write({of_entry(1, {block_of(sent, {"8"})})});
  CHECK(ids_of(log, 1) == ids{"sbc-1:7 sent"});
  CHECK(ids_of(log, 2) == ids{"sbc-1:8 sent"});
}

TEST_CASE("a log that was deleted or moved while it is open is begun anew, and the moved one is whole") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  log.write({of_entry(1, {block_of(sent, {"1"})})});
  bool moved = false;
  SUBCASE("deleted") { std::filesystem::remove(file); }
  SUBCASE("moved") {
    moved = true;
    std::filesystem::rename(file, folder / "old.db");
  }
  SUBCASE("its folder is gone") { std::filesystem::remove_all(file.parent_path()); }
  log.write({answered(of_entry(1, {block_of(sent, {"2"})}), 2, "OK")});
  CHECK(log.take_loss() == "it was moved or deleted");
  CHECK_FALSE(log.take_loss().has_value());
  audit_log read{file, open_mode::read_only};
  const auto entries = read.entries(10);
  REQUIRE(entries.size() == 1); // with who asked, though that was written to the other file before
  CHECK(entries[0].request == request_at(1));
  CHECK(ids_of(read, entries[0].number) == ids{"sbc-1:2 sent"});
  if (moved) {
    audit_log old{folder / "old.db", open_mode::existing};
    CHECK(ids_of(old, 1) == ids{"sbc-1:1 sent"});
  }
}

TEST_CASE("a log that was deleted is begun anew by a look at it, before anything is to be written") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  std::filesystem::remove(file);
  log.check();
  CHECK(std::filesystem::exists(file));
  CHECK(log.take_loss() == "it was moved or deleted");
}

TEST_CASE("a log whose write-ahead file was deleted loses nothing") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  log.write({of_entry(1, {block_of(sent, {"1"})})});
  std::filesystem::remove(file.string() + "-wal");
  log.write({of_entry(1, {block_of(sent, {"2"})})});
  CHECK(log.take_loss() == "its write-ahead file was moved or deleted");
  audit_log read{file, open_mode::read_only};
  CHECK(ids_of(read, 1) == ids{"sbc-1:1 sent"});
  CHECK(ids_of(read, 2) == ids{"sbc-1:2 sent"});
}

TEST_CASE(
    "a log in whose place another file was put goes on in that if it is a log, and puts it aside if not") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  const auto other = folder / "other.db";
  audit_log log{file};
  std::size_t before = 0;
  SUBCASE("another log") {
    audit_log{other}.write({of_entry(1, {block_of(sent, {"from before"})})});
    before = 1;
  }
  SUBCASE("an empty file") { std::ofstream{other}; }
  SUBCASE("something else") { std::ofstream{other} << std::string(10'000, 'x'); }
  std::filesystem::rename(other, file);
  log.write({of_entry(7, {block_of(sent, {"1"})})});
  CHECK(log.take_loss() == "another file has taken its place");
  audit_log read{file, open_mode::read_only};
  CHECK(read.entries(10).size() == before + 1);
}

TEST_CASE("a log that was cut or overwritten is put aside and begun anew within two looks") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  log.write({of_entry(1, {block_of(sent, {"1"})})});
  SUBCASE("emptied") { std::filesystem::resize_file(file, 0); }
  SUBCASE("cut") { std::filesystem::resize_file(file, 50); }
  SUBCASE("overwritten") {
    std::fstream over{file, std::ios::in | std::ios::out | std::ios::binary};
    over << std::string(200, 'x');
  }
  log.check();
  log.check();
  CHECK(log.take_loss() == "it was cut or overwritten");
  log.write({of_entry(2, {block_of(sent, {"2"})})});
  audit_log read{file, open_mode::read_only};
  CHECK(ids_of(read, read.entries(1).at(0).number) == ids{"sbc-1:2 sent"});
}

TEST_CASE("a log to which nothing happens is never taken for damaged") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  const auto look = [&] {
    for (int i = 0; i < 5; ++i)
      log.check();
    CHECK(log.take_loss().value_or("") == "");
  };
  look();
  for (std::uint64_t entry = 1; entry < 2000; ++entry)
    log.write({answered(of_entry(entry, {block_of(sent, {"1", "2", "3"})}), 2, "OK")});
  look();
  sqlite::database{file, open_mode::existing}.execute("VACUUM");
  look();
}

TEST_CASE("a log that another process has locked is not written, nor looked at, until it is free") {
  testing::temporary_folder folder;
  const auto file = folder / "audit.db";
  audit_log log{file};
  {
    sqlite::database other{file, open_mode::existing};
    const sqlite::transaction lock{other, sqlite::transaction::kind::write};
    CHECK_THROWS_AS(log.write({of_entry(1, {})}), sqlite::error);
    CHECK_THROWS_AS(log.check(), sqlite::error);
  }
  log.check();
  log.write({of_entry(1, {block_of(sent, {"1"})})});
  CHECK(log.entries(10).size() == 1);
  CHECK_FALSE(log.take_loss().has_value());
}

TEST_CASE("hang-ups without an end are found by switch, with when they were asked for") {
  testing::temporary_folder folder;
  audit_log log{folder / "audit.db"};
  log.write({of_entry(1, {block_of(sent, {"old"}, at(10)), block_of(sent, {"1", "2", "3", "4", "5"}, at(100)),
                          block_of(disconnect_outcome::already, {"6"}, at(100))})});
  log.write({of_entry(2, {block_of(sent, {"5"}, at(120))})});
  log.note({{at(101), "sbc-1:1", "ended at 1970-01-01T00:00:01.000000Z"},
            {at(101), "sbc-1:2", "refused: busy"},
            {at(101), "sbc-1:3", "given up at restart"},
            {at(99), "sbc-1:4", "ended"}, // another call of this id, before
            {at(101), "sbc-1:5", "not sent: the switch cannot be reached"}});
  const auto setup = at(1).time_since_epoch().count();
  const auto micros = [](std::int64_t seconds) { return at(seconds).time_since_epoch().count(); };
  const auto found = log.outstanding(at(50));
  REQUIRE(found.size() == 1);
  CHECK(found.at("sbc-1")
        == outstanding_hang_ups{
            {"2", setup, micros(100)}, {"4", setup, micros(100)}, {"5", setup, micros(120)}});
}

TEST_CASE("a stranger's text is cut before it is logged, at a whole character") {
  CHECK(cut_for_audit("ID=sbc-1:9") == "ID=sbc-1:9");
  CHECK(cut_for_audit(std::string(60'000, 'x')) == std::string(300, 'x') + "… (60000 bytes)");
  CHECK(cut_for_audit(std::string(299, 'x') + "ü" + std::string(10, 'y'))
        == std::string(299, 'x') + "… (311 bytes)");
}

TEST_CASE("the log is kept beside the directory, in a file of its own") {
  CHECK(audit_file_beside("/var/lib/rollcall/directory.db") == "/var/lib/rollcall/audit.db");
  CHECK(audit_file_beside("directory.db") == "audit.db");
}

} // namespace rollcall::audit_log_test
