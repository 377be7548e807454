#pragma once

#include "storage/open_mode.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// As little of SQLite as the storage needs, with owners instead of handles and exceptions instead of codes.
/// Nothing here is locked: a database and its statements belong to one thread at a time.
namespace rollcall::sqlite {

/// What SQLite refused. what() is `FILE: what was done: SQLite's message`; `code` is its extended result
/// code.
class error : public std::runtime_error {
public:
  error(const std::string& what, int code_of) : std::runtime_error(what), code(code_of) {}

  /// True of what no waiting mends: the file is no database, a damaged one, or not of the tables that are
  /// wanted.
  bool is_of_the_file() const noexcept;

  /// True of a file that holds nothing yet.
  bool is_of_emptiness() const noexcept;

  int code;
};

/// One open database file.
class database {
public:
  /// Opens `file`, waits up to `busy_timeout` for other processes' locks, and turns foreign keys on. Throws
  /// error.
  database(const std::filesystem::path& file, open_mode mode);

  const std::filesystem::path& file() const noexcept { return file_; }

  /// Runs one or more statements that give no rows. Throws error.
  void execute(const std::string& sql);

  /// The single integer that `sql` gives. Throws error, also when it gives no row.
  std::int64_t integer(std::string_view sql);

  std::int64_t last_insert_id() const noexcept;

  /// How long a lock of another process is waited for from now on.
  void wait_for_locks(std::chrono::milliseconds longest) noexcept;

  /// Up to `size` bytes from the start of the main file as they are on the disk, and its size; the file that
  /// was opened, wherever its name leads by now. Opening it a second time would drop SQLite's locks. Throws
  /// error.
  std::string head(std::size_t size);
  std::int64_t file_size();

  /// Moves what is in the write-ahead file into the main one, as far as nobody reads it. False when something
  /// is left, because of readers or of an error: a full disk leaves a main file that is shorter than its head
  /// says, and what is missing in the other.
  bool checkpoint() noexcept;

  /// From now on closing neither moves what is in the write-ahead file into the main one nor deletes it.
  void keep_wal_at_close() noexcept;

private:
  friend class statement;
  friend void copy(const std::filesystem::path& from, const std::filesystem::path& to);
  struct closer {
    void operator()(sqlite3* handle) const noexcept;
  };
  [[noreturn]] void fail(const std::string& doing) const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, closer> handle_;
};

/// Copies a database that may be in use to a new file, as it is at one moment. The copy is closed to
/// strangers. Throws error, also when there is a file of that name already; then there is no copy.
void copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// Bytes to be bound as a BLOB. Not copied: they must live until the statement has been stepped.
struct blob {
  std::string_view bytes;
};

/// One prepared statement, to be run as often as needed. Lives shorter than its database.
class statement {
public:
  /// Throws error.
  statement(database& db, std::string_view sql);

  /// Binds all parameters, in order, and makes the statement ready to be stepped from its first row.
  template <class... Values>
  statement& with(const Values&... values) {
    restart();
    int place = 0;
    (bind(++place, values), ...);
    return *this;
  }

  /// with() and one step, for statements that give no rows. Throws error.
  template <class... Values>
  void run(const Values&... values) {
    with(values...).step();
    restart();
  }

  /// Moves to the next row; false when there is none. Throws error.
  bool step();

  /// Columns of the row that step() moved to, counted from 0. NULL reads as 0 and as empty.
  std::int64_t integer(int column) const noexcept;
  std::string text(int column) const;
  /// As they are kept, until the next step.
  std::string_view bytes(int column) const noexcept;
  bool null(int column) const noexcept;

  /// Ends a run early, so that it holds no lock.
  void restart() noexcept;

private:
  struct finalizer {
    void operator()(sqlite3_stmt* handle) const noexcept;
  };
  void bind(int place, std::int64_t value);
  void bind(int place, bool value) { bind(place, std::int64_t{value}); }
  /// Not copied: the text must live until the statement has been stepped.
  void bind(int place, std::string_view value);
  void bind(int place, const std::string& value) { bind(place, std::string_view{value}); }
  void bind(int place, const char* value) { bind(place, std::string_view{value}); }
  void bind(int place, blob value);
  void bind_null(int place);
  template <class T>
  void bind(int place, const std::optional<T>& value) {
    if (value)
      bind(place, *value);
    else
      bind_null(place);
  }

  database& db_;
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// What happens between begin and commit() happens whole or not at all, and reads see one state of the file.
class transaction {
public:
  enum class kind : std::uint8_t {
    read,
    write, ///< takes the write lock at once, so that nothing read inside is out of date when it is written
  };

  /// Throws error.
  transaction(database& db, kind what);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  /// Takes everything back unless commit() was called.
  ~transaction();

  /// Throws error; then nothing has happened.
  void commit();

private:
  database* db_;
};

} // namespace rollcall::sqlite
