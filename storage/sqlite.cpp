#include "storage/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rollcall::sqlite {

namespace {

/// How long a writer may keep us waiting: an import of a million accounts takes a few seconds.
constexpr std::chrono::milliseconds busy_timeout{30'000};

constexpr mode_t private_file = S_IRUSR | S_IWUSR | S_IRGRP;

int flags_of(open_mode mode) {
  switch (mode) {
  case open_mode::create:
    return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  case open_mode::existing:
    return SQLITE_OPEN_READWRITE;
  case open_mode::read_only:
    return SQLITE_OPEN_READONLY;
  }
  return 0;
}

void make_parents_of(const std::filesystem::path& file) {
  if (!file.has_parent_path())
    return;
  std::error_code failure;
  std::filesystem::create_directories(file.parent_path(), failure);
  if (failure)
    throw error{file.string() + ": making its folder: " + failure.message(), SQLITE_CANTOPEN};
}

/// Makes the file if it is not there, closed to strangers: what stands in it is as good as passwords. SQLite
/// gives the files that it puts beside it the same permissions.
void make_private(const std::filesystem::path& file) {
  const auto made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_file);
  if (made >= 0)
    ::close(made);
}

} // namespace

bool error::is_of_the_file() const noexcept {
  const auto primary = code & 0xff;
  return primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT || primary == SQLITE_SCHEMA;
}

bool error::is_of_emptiness() const noexcept { return code == SQLITE_EMPTY; }

void database::closer::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

database::database(const std::filesystem::path& file, open_mode mode) : file_(file) {
  if (mode == open_mode::create) {
    make_parents_of(file);
    make_private(file); // if that fails, so does the opening, with the reason
  }
  sqlite3* handle = nullptr;
  // NOMUTEX: the class says that one thread uses it.
  const auto code = sqlite3_open_v2(file.c_str(), &handle, flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK)
    fail("opening");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  execute("PRAGMA foreign_keys = ON");
}

void database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(sql.substr(0, sql.find('\n')));
}

std::int64_t database::integer(std::string_view sql) {
  statement query{*this, sql};
  if (!query.step())
    throw error{file_.string() + ": " + std::string{sql} + ": no row", SQLITE_DONE};
  return query.integer(0);
}

std::int64_t database::last_insert_id() const noexcept { return sqlite3_last_insert_rowid(handle_.get()); }

void database::wait_for_locks(std::chrono::milliseconds longest) noexcept {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(longest.count()));
}

namespace {

sqlite3_file* main_file_of(sqlite3* handle) noexcept {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  return file && file->pMethods ? file : nullptr;
}

} // namespace

std::string database::head(std::size_t size) {
  std::string bytes(std::min(size, static_cast<std::size_t>(file_size())), '\0');
  auto* file = main_file_of(handle_.get());
  const auto code = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
  // Cut between the two: what is missing reads as zeros.
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    throw error{file_.string() + ": reading its head: " + sqlite3_errstr(code), code};
  return bytes;
}

std::int64_t database::file_size() {
  auto* file = main_file_of(handle_.get());
  sqlite3_int64 size = 0;
  const auto code = file ? file->pMethods->xFileSize(file, &size) : SQLITE_CANTOPEN;
  if (code != SQLITE_OK)
    throw error{file_.string() + ": asking for its size: " + sqlite3_errstr(code), code};
  return size;
}

bool database::checkpoint() noexcept {
  int frames = 0;
  int moved = 0;
  return sqlite3_wal_checkpoint_v2(handle_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved)
             == SQLITE_OK
         && frames == moved;
}

void database::keep_wal_at_close() noexcept {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void database::fail(const std::string& doing) const {
  const auto code = handle_ ? sqlite3_extended_errcode(handle_.get()) : SQLITE_NOMEM;
  std::string reason = handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
  if (const auto primary = code & 0xff; primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR)
    if (const auto system = sqlite3_system_errno(handle_.get()); system != 0)
      reason += " (" + std::generic_category().message(system) + ')';
  throw error{file_.string() + ": " + doing + ": " + reason, code};
}

void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::error_code unknown; std::filesystem::exists(to, unknown))
    throw error{to.string() + ": there is such a file already", SQLITE_CANTOPEN};
  database source{from, open_mode::read_only};
  try {
    database target{to, open_mode::create};
    auto* work = sqlite3_backup_init(target.handle_.get(), "main", source.handle_.get(), "main");
    if (!work)
      target.fail("copying");
    constexpr int all_pages = -1; // of one moment: a copy by parts begins again whenever somebody writes
    const auto copied = sqlite3_backup_step(work, all_pages);
    const auto finished = sqlite3_backup_finish(work);
    if (copied != SQLITE_DONE || finished != SQLITE_OK)
      throw error{to.string() + ": copying: " + sqlite3_errstr(copied != SQLITE_DONE ? copied : finished),
                  copied != SQLITE_DONE ? copied : finished};
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(to, ignored);
    throw;
  }
}

void statement::finalizer::operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }

statement::statement(database& db, std::string_view sql) : db_(db) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v2(db.handle_.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr)
      != SQLITE_OK)
    db.fail(std::string{sql});
  handle_.reset(handle);
}

bool statement::step() {
  switch (sqlite3_step(handle_.get())) {
  case SQLITE_ROW:
    return true;
  case SQLITE_DONE:
    return false;
  default:
    db_.fail(sqlite3_sql(handle_.get()));
  }
}

std::int64_t statement::integer(int column) const noexcept {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const auto size = sqlite3_column_bytes(handle_.get(), column);
  return data ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

std::string_view statement::bytes(int column) const noexcept {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = sqlite3_column_bytes(handle_.get(), column);
  return data ? std::string_view{data, static_cast<std::size_t>(size)} : std::string_view{};
}

bool statement::null(int column) const noexcept {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

void statement::restart() noexcept { sqlite3_reset(handle_.get()); }

void statement::bind(int place, std::int64_t value) {
  if (sqlite3_bind_int64(handle_.get(), place, value) != SQLITE_OK)
    db_.fail(sqlite3_sql(handle_.get()));
}

void statement::bind(int place, std::string_view value) {
  const auto* data = value.data() ? value.data() : ""; // a null pointer would bind NULL
  if (sqlite3_bind_text64(handle_.get(), place, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
    db_.fail(sqlite3_sql(handle_.get()));
}

void statement::bind(int place, blob value) {
  const auto* data = value.bytes.data() ? value.bytes.data() : ""; // a null pointer would bind NULL
  if (sqlite3_bind_blob64(handle_.get(), place, data, value.bytes.size(), SQLITE_STATIC) != SQLITE_OK)
    db_.fail(sqlite3_sql(handle_.get()));
}

void statement::bind_null(int place) {
  if (sqlite3_bind_null(handle_.get(), place) != SQLITE_OK)
    db_.fail(sqlite3_sql(handle_.get()));
}

transaction::transaction(database& db, kind what) : db_(&db) {
  db.execute(what == kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

transaction::~transaction() {
  if (!db_)
    return;
  try {
    db_->execute("ROLLBACK");
  } catch (const error&) {
    // SQLite has rolled back by itself: what made us leave is the error that counts.
  }
}

void transaction::commit() {
  db_->execute("COMMIT");
  db_ = nullptr;
}

} // namespace rollcall::sqlite
