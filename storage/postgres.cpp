#include "storage/postgres.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <poll.h>

namespace rollcall::postgres {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// How long something may take.
struct patience {
  std::chrono::seconds answer;    ///< until anything is heard of it
  std::chrono::seconds statement; ///< as a whole, kept by the server
  std::chrono::seconds lock;      ///< of others, kept by the server
};

/// An import of a million accounts takes some seconds, and another one may be before it.
constexpr patience of_writers{130s, 120s, 30s};
/// A node lives from memory as long as its database is slow: it may well try again.
constexpr patience of_readers{8s, 60s, 5s};

constexpr auto& patience_of(open_mode mode) { return mode == open_mode::create ? of_writers : of_readers; }

/// The library's words in one line, so that they fit into one of the log.
std::string in_one_line(std::string_view words) {
  std::string out;
  for (const char c : words)
    if (c != '\n')
      out += c == '\t' ? ' ' : c;
    else if (!out.empty() && !out.ends_with("; "))
      out += "; ";
  while (out.ends_with("; ") || out.ends_with(' '))
    out.pop_back();
  return out;
}

std::string first_line(const std::string& sql) {
  const auto begin = std::min(sql.find_first_not_of('\n'), sql.size());
  return sql.substr(begin, sql.find('\n', begin) - begin);
}

/// The server's last word on a connection: it shuts down, or something between it and us broke.
bool is_farewell(std::string_view state) { return state.starts_with("57P0") || state.starts_with("08"); }

pg_conn* connect(const database_url& url) {
  // What stands after the url wins over it, what stands before it is a default. A peer that is gone without a
  // word is noticed by the kernel: after 10 s with something to send, after 25 s without.
  static constexpr std::array<const char*, 8> keywords{
      "connect_timeout",  "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
      "keepalives_count", "dbname",           "client_encoding", nullptr};
  const std::array<const char*, 8> values{"5",    "10000", "10", "5", "3", url.connection.c_str(),
                                          "UTF8", nullptr};
  return PQconnectdbParams(keywords.data(), values.data(), 1);
}

} // namespace

void database::closer::operator()(pg_conn* handle) const noexcept { PQfinish(handle); }
void database::clearer::operator()(pg_result* rows) const noexcept { PQclear(rows); }

database::database(const database_url& url, open_mode mode, const std::string& schema)
    : name_(url.shown), answer_(patience_of(mode).answer), handle_(connect(url)) {
  if (!handle_)
    throw std::bad_alloc{};
  if (PQstatus(handle_.get()) != CONNECTION_OK)
    lose(PQerrorMessage(handle_.get()));
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
  PQsetnonblocking(handle_.get(), 1);
  statement set{*this, "SELECT set_config($1, $2, false)"};
  const auto millis = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  set.run("search_path", schema);
  set.run("statement_timeout", millis(patience_of(mode).statement));
  set.run("lock_timeout", millis(patience_of(mode).lock));
  set.run("idle_in_transaction_session_timeout", millis(patience_of(mode).statement));
  if (mode == open_mode::read_only)
    set.run("default_transaction_read_only", "on");
}

void database::execute(const std::string& sql) {
  if (lost_ || PQsendQuery(handle_.get(), sql.c_str()) == 0)
    lose(PQerrorMessage(handle_.get()));
  // Of several statements each has a result; those after a failed one have none.
  result refusal;
  while (auto each = next(first_line(sql))) {
    const auto status = PQresultStatus(each.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
      refusal = std::move(each);
  }
  if (refusal)
    fail(refusal.get(), first_line(sql));
}

std::int64_t database::integer(std::string_view sql) {
  statement query{*this, sql};
  if (!query.step())
    throw error{name_ + ": " + std::string{sql} + ": no row", "02000"};
  return query.integer(0);
}

bool database::notified(std::chrono::milliseconds within) {
  const auto deadline = clock::now() + within;
  for (bool last = false;;) {
    bool any = false;
    while (auto* each = PQnotifies(handle_.get())) {
      PQfreemem(each);
      any = true;
    }
    if (any || last)
      return any;
    const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()), 0ms);
    last = left == 0ms; // what has come by now still counts
    pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
    if (::poll(&socket, 1, static_cast<int>(left.count())) > 0 && PQconsumeInput(handle_.get()) == 0)
      lose(PQerrorMessage(handle_.get()));
  }
}

void database::send(const std::string& sql, const parameters& values) {
  std::vector<const char*> texts;
  for (const auto& value : values)
    texts.push_back(value ? value->c_str() : nullptr);
  if (lost_
      || PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(),
                           nullptr, nullptr, 0)
             == 0)
    lose(PQerrorMessage(handle_.get()));
  PQsetSingleRowMode(handle_.get());
}

database::result database::next(const std::string& doing) {
  const auto deadline = clock::now() + answer_;
  for (;;) {
    const auto unsent = PQflush(handle_.get());
    if (unsent < 0)
      lose(PQerrorMessage(handle_.get()));
    if (unsent == 0 && PQisBusy(handle_.get()) == 0)
      break;
    await(unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline);
    if (PQconsumeInput(handle_.get()) == 0)
      lose(PQerrorMessage(handle_.get()));
  }
  result out{PQgetResult(handle_.get())};
  if (out && PQresultStatus(out.get()) == PGRES_FATAL_ERROR && PQstatus(handle_.get()) == CONNECTION_BAD)
    lose(doing + ": " + PQresultErrorMessage(out.get()));
  return out;
}

void database::await(short events, clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    if (left <= 0ms)
      lose("no answer within " + std::to_string(answer_.count() / 1000) + " s");
    pollfd socket{PQsocket(handle_.get()), events, 0};
    const auto ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR))
      return; // an error shows in what is done next
  }
}

void database::drop_answers() noexcept {
  try {
    while (!lost_ && next("ending a query")) {
    }
  } catch (const std::exception&) {
    lost_ = true; // who uses it next is told
  }
}

void database::fail(const pg_result* refusal, const std::string& doing) {
  const auto* field = PQresultErrorField(refusal, PG_DIAG_SQLSTATE);
  const std::string state = field ? field : "";
  const auto* primary = PQresultErrorField(refusal, PG_DIAG_MESSAGE_PRIMARY);
  const auto words = doing + ": " + (primary ? primary : PQresultErrorMessage(refusal));
  if (is_farewell(state))
    lose(words);
  throw error{name_ + ": " + in_one_line(words), state};
}

void database::lose(const std::string& why) {
  lost_ = true;
  const auto words = in_one_line(why);
  throw database_away{name_ + ": " + (words.empty() ? "the connection is lost" : words)};
}

void statement::begin(std::vector<value> values) {
  db_.send(sql_, values);
  running_ = true;
}

bool statement::step() {
  if (!running_)
    begin({});
  row_ = db_.next(first_line(sql_));
  switch (row_ ? PQresultStatus(row_.get()) : PGRES_COMMAND_OK) {
  case PGRES_SINGLE_TUPLE:
    return true;
  case PGRES_COMMAND_OK:
  case PGRES_TUPLES_OK: // the end of the rows
    return false;
  default:
    const auto refusal = std::move(row_);
    restart();
    db_.fail(refusal.get(), first_line(sql_));
  }
}

std::int64_t statement::integer(int column) const {
  const std::string_view text = PQgetvalue(row_.get(), 0, column);
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string statement::text(int column) const {
  return {PQgetvalue(row_.get(), 0, column), static_cast<std::size_t>(PQgetlength(row_.get(), 0, column))};
}

bool statement::null(int column) const { return PQgetisnull(row_.get(), 0, column) != 0; }

void statement::restart() noexcept {
  row_.reset();
  if (running_)
    db_.drop_answers();
  running_ = false;
}

transaction::transaction(database& db, kind what) : db_(&db) {
  db.execute(what == kind::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
}

transaction::~transaction() {
  if (!db_)
    return;
  try {
    db_->execute("ROLLBACK");
  } catch (const std::runtime_error&) {
    // The connection is lost, and the server rolls back by itself: what made us leave is the error that
    // counts.
  }
}

void transaction::commit() {
  db_->execute("COMMIT");
  db_ = nullptr;
}

} // namespace rollcall::postgres
