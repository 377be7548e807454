#pragma once

#include "storage/database_trouble.hpp"
#include "storage/database_url.hpp"
#include "storage/open_mode.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

/// As little of PostgreSQL as the storage needs, with the same words as sqlite.hpp. Nothing waits for ever: a
/// connection, an answer and a lock have each their time, kept on our side of the wire as well, for a server
/// that stands still keeps none. Nothing here is locked: a database and its statements belong to one thread
/// at a time.
namespace rollcall::postgres {

/// What the server refused. what() is `DATABASE: what was done: the server's message`; `state` is the
/// SQLSTATE.
class error : public std::runtime_error {
public:
  error(const std::string& what, std::string state_of)
      : std::runtime_error(what), state(std::move(state_of)) {}
  std::string state;
};

/// One connection. Every function throws error, or database_away when the connection is lost, or no answer
/// came in time; after that it is of no use.
class database {
public:
  /// `mode` says whether it may write, and how long it waits: an import is as patient as the servers of other
  /// imports make it, a reader is not. Names without a schema are looked up in `schema`.
  database(const database_url& url, open_mode mode, const std::string& schema);

  /// What messages call it.
  const std::string& name() const noexcept { return name_; }

  /// Runs one or more statements that give no rows.
  void execute(const std::string& sql);

  /// The single integer that `sql` gives. Throws error also when it gives no row.
  std::int64_t integer(std::string_view sql);

  /// Waits up to `within` for a NOTIFY on a channel that this connection LISTENs to; several count as one.
  bool notified(std::chrono::milliseconds within);

private:
  friend class statement;
  struct closer {
    void operator()(pg_conn* handle) const noexcept;
  };
  struct clearer {
    void operator()(pg_result* rows) const noexcept;
  };
  using result = std::unique_ptr<pg_result, clearer>;
  using parameters = std::vector<std::optional<std::string>>;

  void send(const std::string& sql, const parameters& values);
  result next(const std::string& doing);
  void await(short events, std::chrono::steady_clock::time_point deadline);
  void drop_answers() noexcept;
  [[noreturn]] void fail(const pg_result* refusal, const std::string& doing);
  [[noreturn]] void lose(const std::string& why);

  std::string name_;
  std::chrono::milliseconds answer_;
  std::unique_ptr<pg_conn, closer> handle_;
  bool lost_ = false;
};

/// One statement with parameters $1, $2, …, to be run as often as needed. Values travel beside the statement
/// and never in it. Lives shorter than its database, and no other runs there while its rows are read.
class statement {
public:
  statement(database& db, std::string_view sql) : db_(db), sql_(sql) {}
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement() { restart(); }

  /// Runs the statement with these values, before its first row.
  template <class... Values>
  statement& with(const Values&... values) {
    restart();
    begin({text_of(values)...});
    return *this;
  }

  /// with() and one step, for statements that give no rows.
  template <class... Values>
  void run(const Values&... values) {
    with(values...).step();
    restart();
  }

  /// Moves to the next row; false when there is none. Without a with() before, it runs without values.
  bool step();

  /// Columns of the row that step() moved to, counted from 0. NULL reads as 0 and as empty.
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool null(int column) const;

  /// Ends a run early.
  void restart() noexcept;

private:
  using value = std::optional<std::string>;
  static value text_of(std::int64_t number) { return std::to_string(number); }
  static value text_of(std::string_view text) { return std::string{text}; }
  void begin(std::vector<value> values);

  database& db_;
  std::string sql_;
  database::result row_;
  bool running_ = false;
};

/// What happens between begin and commit() happens whole or not at all. A read sees one state of the
/// database; a write sees what others have committed by the time it asks, and so must lock what it relies on.
class transaction {
public:
  enum class kind : std::uint8_t { read, write };

  transaction(database& db, kind what);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  /// Takes everything back unless commit() was called.
  ~transaction();

  /// Throws when nothing has happened, or when the connection was lost midway and nobody can tell.
  void commit();

private:
  database* db_;
};

} // namespace rollcall::postgres
