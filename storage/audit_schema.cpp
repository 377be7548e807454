#include "storage/audit_schema.hpp"

namespace rollcall {

namespace {

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

// Calls by the block, as JSON: a row for each would take four times as long, and the lines to the switch wait
// for it. `call` reads as the table of that name did.
constexpr const char* version_2 = R"(
ALTER TABLE call RENAME TO call_1;
CREATE TABLE block (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  entry   INTEGER NOT NULL REFERENCES request,
  first   INTEGER NOT NULL, -- number of its first call within its entry
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3), -- 0 sent, 1 already, 2 unreachable, 3 came too late
  asked   INTEGER NOT NULL, -- when their hang-up was asked for; before the request, when it carries on after a restart
  calls   TEXT NOT NULL     -- [[ID, CALL_ID, CLI, CLD, I_ACCOUNT, SETUP_TIME in microseconds], …]
) STRICT;
CREATE INDEX block_by_entry ON block (entry);
CREATE TRIGGER block_stays BEFORE UPDATE ON block BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER block_kept BEFORE DELETE ON block BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER block_once BEFORE INSERT ON block
WHEN EXISTS (SELECT 1 FROM block WHERE number = NEW.number) OR EXISTS (SELECT 1 FROM answer WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE VIEW call AS
SELECT entry, number, id, outcome, '' AS call_id, '' AS cli, '' AS cld, 0 AS i_account, 0 AS setup FROM call_1
UNION ALL
SELECT b.entry, b.first + c.key, json_extract(c.value, '$[0]'), b.outcome, json_extract(c.value, '$[1]'),
       json_extract(c.value, '$[2]'), json_extract(c.value, '$[3]'), json_extract(c.value, '$[4]'),
       json_extract(c.value, '$[5]')
FROM block b, json_each(b.calls) c;
)";

// From here on the file says who may read it.
constexpr const char* version_3 = R"(
CREATE TABLE compatibility (
  oldest_reader INTEGER NOT NULL -- the oldest version whose programs may read and write this one
) STRICT;
INSERT INTO compatibility VALUES (2);
)";

constexpr const char* version_4 = R"(
ALTER TABLE request ADD COLUMN reason TEXT NOT NULL DEFAULT ''; -- as who asked has it
)";

constexpr const char* migrations[] = {version_1, version_2, version_3, version_4};
constexpr std::int64_t with_blocks = 2;

} // namespace

const schema audit_schema{"audit log", 0x726c6361 /* "rlca" */, migrations, with_blocks};

} // namespace rollcall
