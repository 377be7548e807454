#include "storage/audit_log.hpp"

#include "storage/audit_schema.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rollcall {

namespace {

constexpr const char* audit_name = "audit.db";

/// How often what was written is written again because the file went away meanwhile.
constexpr int times_lost = 3;

constexpr std::int64_t most_outstanding = 1'000'000;

/// Entries without an answer that are remembered.
constexpr std::size_t most_open = 10'000;

std::int64_t micros(timestamp t) { return t.time_since_epoch().count(); }

timestamp moment(std::int64_t since_epoch) { return timestamp{timestamp::duration{since_epoch}}; }

/// The text is clean UTF-8, as all texts of calls.
void append_json(std::string& out, std::string_view text) {
  constexpr auto hexadecimal = "0123456789abcdef";
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  const auto rest = std::find_if_not(text.begin(), text.end(), plain);
  out += '"';
  out.append(text.begin(), rest); // mostly all of it
  for (const auto c : text.substr(static_cast<std::size_t>(rest - text.begin()))) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      ((out += c < 0x10 ? "\\u000" : "\\u001")) += hexadecimal[c & 0xf];
    else
      out += c;
  }
  out += '"';
}

std::string json_of(const std::vector<record_ptr>& calls) {
  std::size_t size = 2;
  for (const auto& call : calls)
    size += call->all_texts().size() + 64;
  std::string out;
  out.reserve(size);
  out += '[';
  for (const auto& call : calls) {
    out += out.size() == 1 ? "[" : ",\n[";
    for (const auto which : {call_text::id, call_text::sip_call_id, call_text::cli, call_text::cld}) {
      append_json(out, call->get(which));
      out += ',';
    }
    out += std::to_string(call->account().value());
    out += ',';
    out += std::to_string(micros(call->setup()));
    out += ']';
  }
  out += ']';
  return out;
}

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
  out.request.reason = row.text(13);
  return out;
}

} // namespace

std::filesystem::path audit_file_beside(const std::filesystem::path& directory_file) {
  return directory_file.parent_path() / audit_name;
}

audit_log::audit_log(const std::filesystem::path& file, open_mode mode) : file_(file, mode, audit_schema) {}

sqlite::database& audit_log::db() {
  if (!file_.open())
    file_.begin_anew(false);
  return *file_.open();
}

void audit_log::mend(std::string why, bool damaged) {
  loss_ = std::move(why);
  open_.clear(); // in a new file an entry begins with its request, as every entry
  file_.begin_anew(damaged);
}

// A file that was moved or deleted takes every write without an error: whether it was in its place is known
// only afterwards.
template <class F>
void audit_log::guarded(F write) {
  for (int tries = 0;; ++tries) {
    if (file_.open())
      if (auto why = file_.loss())
        mend(std::move(*why), false);
    auto entries = open_;
    try {
      sqlite::transaction all{db(), sqlite::transaction::kind::write};
      write(entries);
      all.commit();
    } catch (const sqlite::error& e) {
      const auto kind = e.code & 0xff;
      if (kind == SQLITE_CONSTRAINT || kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH)
        throw audit_refusal{e.what()};
      const auto damaged =
          kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR; // no table
      auto why = file_.open() ? file_.loss() : std::nullopt;
      if (tries == times_lost || !file_.open() || (!damaged && !why))
        throw;
      mend(why.value_or("it was damaged"), damaged);
      continue;
    }
    open_ = std::move(entries);
    busy_ = true;
    if (tries == times_lost || !file_.loss())
      return;
  }
}

void audit_log::write(const audit_writes& writes) {
  guarded([&](open_entries& entries) {
    if (entries.size() > most_open)
      entries.clear(); // of requests that will never be answered: should one come, it is written again
    for (const auto& one : writes)
      add(one, entries);
  });
}

void audit_log::add(const audit_write& write, open_entries& entries) {
  const auto [found, fresh] = entries.try_emplace(write.entry);
  auto& entry = found->second;
  if (fresh) {
    const auto& r = *write.request;
    sqlite::statement{db(), "INSERT INTO request (at, who, login, address, trusted, method, target, scope, "
                            "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"}
        .run(micros(r.when), r.who.value(), r.login, r.address, r.trusted, r.method, r.target,
             r.scope.value(), r.reason);
    entry.number = db().last_insert_id();
  }
  for (const auto& block : write.blocks) {
    sqlite::statement{db(), "INSERT INTO block (entry, first, outcome, asked, calls) VALUES (?, ?, ?, ?, ?)"}
        .run(entry.number, entry.calls + 1, static_cast<std::int64_t>(block.outcome), micros(block.asked),
             json_of(block.calls));
    entry.calls += static_cast<std::int64_t>(block.calls.size());
  }
  if (!write.answer)
    return;
  // The answer comes last, for it seals the entry.
  sqlite::statement{db(), "INSERT INTO answer (entry, at, text) VALUES (?, ?, ?)"}.run(
      entry.number, micros(write.answer->when), write.answer->text);
  entries.erase(found);
}

void audit_log::note(const audit_notes& notes) {
  guarded([&](open_entries&) {
    sqlite::statement insert{db(), "INSERT INTO note (at, id, text) VALUES (?, ?, ?)"};
    for (const auto& note : notes)
      insert.run(micros(note.when), note.id, note.text);
  });
}

void audit_log::check() {
  if (!file_.open())
    file_.begin_anew(false);
  if (auto why = file_.loss())
    mend(std::move(*why), false);
  else if (auto what = file_.damage())
    mend(std::move(*what), true);
  {
    // Asks for the lock that every write needs.
    const sqlite::transaction probe{db(), sqlite::transaction::kind::write};
  }
  // It waits for the disk, and hang-ups would wait with it: in a storm every other look makes one, so that a
  // power failure still costs no more than a second.
  put_off_ = std::exchange(busy_, false) && !put_off_;
  if (!put_off_)
    file_.checkpoint();
}

std::vector<audit_entry> audit_log::entries(std::size_t limit) {
  const auto* const reason =
      db().integer("PRAGMA user_version") >= audit_with_reasons ? "reason " : "'' AS reason ";
  sqlite::statement query{
      db(),
      std::string{"SELECT r.entry, r.at, who, login, address, trusted, method, target, scope, a.at, a.text, "
                  "(SELECT count(*) FROM call c WHERE c.entry = r.entry), "
                  "(SELECT count(*) FROM call c WHERE c.entry = r.entry AND outcome = 0), "}
          + reason
          + "FROM request r LEFT JOIN answer a ON a.entry = r.entry "
            "ORDER BY r.entry DESC LIMIT ?"};
  query.with(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
  std::vector<audit_entry> out;
  while (query.step())
    out.push_back(entry_from(query));
  return out;
}

std::vector<audited_call> audit_log::calls(std::int64_t entry) {
  sqlite::statement query{db(), "SELECT id, outcome, call_id, cli, cld, i_account, setup FROM call "
                                "WHERE entry = ? ORDER BY number"};
  query.with(entry);
  std::vector<audited_call> out;
  while (query.step())
    out.push_back({query.text(0), static_cast<disconnect_outcome>(query.integer(1)), query.text(2),
                   query.text(3), query.text(4), account_id{query.integer(5)}, moment(query.integer(6))});
  return out;
}

// A note names a call by its ID alone: one from before the hang-up was asked for is of another call. What
// could not be written of it may be: then the switch says what has become of the call.
std::map<std::string, outstanding_hang_ups> audit_log::outstanding(timestamp since) {
  sqlite::statement query{
      db(), "SELECT id, setup, max(asked) FROM (SELECT json_extract(c.value, '$[0]') AS id, "
            "json_extract(c.value, '$[5]') AS setup, b.asked FROM block b, json_each(b.calls) c "
            "WHERE b.outcome = 0 AND b.asked >= ?) a "
            "WHERE NOT EXISTS (SELECT 1 FROM note n WHERE n.id = a.id AND n.at >= a.asked AND (n.text LIKE "
            "'ended%' "
            "OR n.text LIKE 'given up%' OR n.text LIKE 'not sent%')) GROUP BY id, setup ORDER BY 3 DESC, id "
            "DESC LIMIT ?"};
  query.with(micros(since), most_outstanding);
  std::map<std::string, outstanding_hang_ups> out;
  while (query.step()) {
    const auto id = query.text(0);
    const auto colon = id.find(':');
    if (colon != std::string::npos)
      out[id.substr(0, colon)].push_back({id.substr(colon + 1), query.integer(1), query.integer(2)});
  }
  for (auto& [name, calls] : out)
    std::reverse(calls.begin(), calls.end()); // as they were asked for
  return out;
}

std::vector<audit_note> audit_log::notes(const std::string& id) {
  sqlite::statement query{db(), "SELECT at, id, text FROM note WHERE id = ? ORDER BY number"};
  query.with(id);
  std::vector<audit_note> out;
  while (query.step())
    out.push_back({moment(query.integer(0)), query.text(1), query.text(2)});
  return out;
}

} // namespace rollcall
