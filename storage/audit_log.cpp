#include "storage/audit_log.hpp"

#include "storage/schema.hpp"

#include <algorithm>

namespace rollcall {

namespace {

constexpr const char* audit_name = "audit.db";

// An answer is a row of its own and not columns of its request, so that nothing is ever updated. The insert
// triggers keep INSERT OR REPLACE, which deletes without asking the delete triggers, from being a way around.
constexpr const char* version_1 = R"(
CREATE TABLE request (
  entry   INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL, -- microseconds since 1970, UTC, as every `at`
  who     INTEGER NOT NULL, -- i_customer; 0 in trusted mode
  login   TEXT NOT NULL,
  address TEXT NOT NULL,
  trusted INTEGER NOT NULL,
  method  TEXT NOT NULL,
  target  TEXT NOT NULL,
  scope   INTEGER NOT NULL  -- i_customer
) STRICT;
CREATE TABLE answer (
  entry INTEGER PRIMARY KEY REFERENCES request,
  at    INTEGER NOT NULL,
  text  TEXT NOT NULL
) STRICT;
CREATE TABLE call (
  entry   INTEGER NOT NULL REFERENCES request,
  number  INTEGER NOT NULL, -- 1, 2, … within its entry
  id      TEXT NOT NULL,
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 2), -- 0 sent, 1 already, 2 unreachable
  PRIMARY KEY (entry, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE note (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  id     TEXT NOT NULL,
  text   TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_call ON note (id);

CREATE TRIGGER request_stays BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER answer_stays BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER call_stays BEFORE UPDATE ON call BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER note_stays BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER request_kept BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER answer_kept BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER call_kept BEFORE DELETE ON call BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER note_kept BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER request_once BEFORE INSERT ON request WHEN EXISTS (SELECT 1 FROM request WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER answer_once BEFORE INSERT ON answer WHEN EXISTS (SELECT 1 FROM answer WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER call_once BEFORE INSERT ON call WHEN EXISTS (SELECT 1 FROM answer WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER note_once BEFORE INSERT ON note WHEN EXISTS (SELECT 1 FROM note WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)";
constexpr const char* migrations[] = {version_1};
constexpr schema audit_schema{"audit log", 0x726c6361 /* "rlca" */, migrations};

std::int64_t micros(timestamp t) { return t.time_since_epoch().count(); }

timestamp moment(std::int64_t since_epoch) { return timestamp{timestamp::duration{since_epoch}}; }

audit_entry entry_from(const sqlite::statement& row) {
  audit_entry out;
  out.number = row.integer(0);
  out.request = {moment(row.integer(1)),
                 customer_id{row.integer(2)},
                 row.text(3),
                 row.text(4),
                 row.integer(5) != 0,
                 row.text(6),
                 row.text(7),
                 customer_id{row.integer(8)}};
  if (!row.null(9))
    out.answered = moment(row.integer(9));
  out.answer = row.text(10);
  out.calls = static_cast<std::size_t>(row.integer(11));
  out.sent = static_cast<std::size_t>(row.integer(12));
  return out;
}

} // namespace

std::filesystem::path audit_file_beside(const std::filesystem::path& directory_file) {
  return directory_file.parent_path() / audit_name;
}

audit_log::audit_log(const std::filesystem::path& file, open_mode mode) : db_(file, mode) {
  migrate(db_, audit_schema, mode);
  // No wait for the disk on every disconnect: in WAL mode this costs a few entries when the power fails,
  // never the file, and nothing when only the process ends.
  db_.execute("PRAGMA synchronous = NORMAL");
}

std::int64_t audit_log::begin(const audit_request& request) {
  const auto& r = request;
  sqlite::statement{db_, "INSERT INTO request VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"}.run(
      micros(r.when), r.who.value(), r.login, r.address, r.trusted, r.method, r.target, r.scope.value());
  return db_.last_insert_id();
}

void audit_log::finish(std::int64_t entry, timestamp when, const std::string& answer,
                       const std::vector<audit_call>& calls) {
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  sqlite::statement insert{db_, "INSERT INTO call VALUES (?, ?, ?, ?)"};
  std::int64_t number = 0;
  for (const auto& call : calls)
    insert.run(entry, ++number, call.id, static_cast<std::int64_t>(call.outcome));
  // The answer comes last, for it seals the entry.
  sqlite::statement{db_, "INSERT INTO answer VALUES (?, ?, ?)"}.run(entry, micros(when), answer);
  all.commit();
}

void audit_log::note(const std::vector<audit_note>& notes) {
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  sqlite::statement insert{db_, "INSERT INTO note VALUES (NULL, ?, ?, ?)"};
  for (const auto& note : notes)
    insert.run(micros(note.when), note.id, note.text);
  all.commit();
}

std::vector<audit_entry> audit_log::entries(std::size_t limit) {
  sqlite::statement query{
      db_, "SELECT r.entry, r.at, who, login, address, trusted, method, target, scope, a.at, a.text, "
           "(SELECT count(*) FROM call c WHERE c.entry = r.entry), "
           "(SELECT count(*) FROM call c WHERE c.entry = r.entry AND outcome = 0) "
           "FROM request r LEFT JOIN answer a ON a.entry = r.entry "
           "ORDER BY r.entry DESC LIMIT ?"};
  query.with(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
  std::vector<audit_entry> out;
  while (query.step())
    out.push_back(entry_from(query));
  return out;
}

std::vector<audit_call> audit_log::calls(std::int64_t entry) {
  sqlite::statement query{db_, "SELECT id, outcome FROM call WHERE entry = ? ORDER BY number"};
  query.with(entry);
  std::vector<audit_call> out;
  while (query.step())
    out.push_back({query.text(0), static_cast<disconnect_outcome>(query.integer(1))});
  return out;
}

std::vector<audit_note> audit_log::notes(const std::string& id) {
  sqlite::statement query{db_, "SELECT at, id, text FROM note WHERE id = ? ORDER BY number"};
  query.with(id);
  std::vector<audit_note> out;
  while (query.step())
    out.push_back({moment(query.integer(0)), query.text(1), query.text(2)});
  return out;
}

} // namespace rollcall
