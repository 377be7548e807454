#include "storage/history_schema.hpp"

namespace rollcall {

namespace {

// A mark (`minute`, `hour`) says that its time was counted; its rows, who had calls then. Rows lie by time,
// in blocks of 64 subjects (packed_minute.hpp): what is written comes to the end of its table, what is let go
// is its beginning, and one subject at one time is one look into the tree.
constexpr const char* version_1 = R"(
CREATE TABLE compatibility (
  oldest_reader INTEGER NOT NULL -- the oldest version whose programs may read and write this one
) STRICT;
INSERT INTO compatibility VALUES (1);
CREATE TABLE minute (
  time     INTEGER PRIMARY KEY, -- its beginning, seconds since 1970, UTC, as every `time`
  moments  INTEGER NOT NULL,    -- which of its six were counted, a bit each
  complete INTEGER NOT NULL     -- 1: nothing was missing then
) STRICT;
CREATE TABLE minute_rows (
  time  INTEGER NOT NULL,
  first INTEGER NOT NULL, -- key of the first subject: 2 * i_customer, or 2 * i_account + 1
  rows  BLOB NOT NULL,
  PRIMARY KEY (time, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE hour (
  time    INTEGER PRIMARY KEY,
  minutes INTEGER NOT NULL, -- of these that were counted
  moments INTEGER NOT NULL, -- in all of them
  whole   INTEGER NOT NULL  -- 1: each of these minutes is
) STRICT;
CREATE TABLE hour_rows (
  time  INTEGER NOT NULL,
  first INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (time, first)
) STRICT, WITHOUT ROWID;
)";

constexpr const char* migrations[] = {version_1};

} // namespace

const schema history_schema{"history", 0x726c6368 /* "rlch" */, migrations};

} // namespace rollcall
