#include "domain/calls/call_record.hpp"

#include "domain/base/text.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <forward_list>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace rollcall {

namespace {

/// Bytes of all texts of a call together, its ID left aside. More than any SIP message has room for.
constexpr std::size_t most_text_bytes = 4096;

/// The beginning of a clean text, without a part of a character at its end.
std::string_view head_of(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (bytes > 0 && is_continuation(text[bytes]))
    --bytes;
  return text.substr(0, bytes);
}

/// As a record keeps it: rounded up, so that nothing is too early by that.
std::uint32_t whole_seconds(timestamp t) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(t.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

/// Without those that a call cannot have in this state: for these nobody need look.
symptoms possible_in(call_state state, symptoms known) {
  if (state == call_state::dead)
    return {};
  if (state >= call_state::connected)
    known.remove(symptom::setup_over);
  if (state != call_state::disconnecting)
    known.remove(symptom::disconnecting_over);
  return known;
}

} // namespace

/// A record being written: views into what is kept, owned strings where text had to be cleaned. Most events
/// change no text: then none is gathered, and all are copied at once from the record before.
struct call_record::draft {
  std::uint64_t serial = 0;
  std::uint32_t revision = 1;
  const switch_identity* source = nullptr;
  account_id account;
  connection_id connection;
  timestamp setup;
  timestamp connect;
  timestamp end;
  call_state state = call_state::idle;
  bool unseen = false;
  bool reuses_id = false;
  bool no_media = false;
  bool hang_up_asked = false;
  std::uint32_t hung_up = 0; ///< seconds since the epoch
  rollcall::symptoms symptoms;
  const call_record* same_texts = nullptr;          ///< the record that has these texts; null when none has
  std::array<std::string_view, text_count> texts{}; ///< when no record has them all
  std::forward_list<std::string> owned;

  draft() = default;
  explicit draft(const call_record& from);
  draft(const draft&) = delete; // `texts` points into `owned`

  void set(text which, std::string_view value) {
    const auto i = static_cast<std::size_t>(which);
    const auto known = same_texts ? same_texts->get(which) : texts[i];
    if (value == known)
      return;
    if (!is_clean(value)) {
      const auto& kept = owned.emplace_front(cleaned(value));
      if (kept == known)
        return;
      value = kept;
    }
    if (same_texts)
      take_texts(*std::exchange(same_texts, nullptr));
    texts[i] = value;
  }

  void take_texts(const call_record& from) {
    for (std::size_t i = 0; i < text_count; ++i)
      texts[i] = from.get(static_cast<text>(i));
  }

  void fill(const call_event& event);
  void fit();
  bool differs(const call_record& from) const;
  bool has_other_texts(const call_record& from) const;
};

call_record::draft::draft(const call_record& from)
    : serial(from.serial_),
      revision(from.revision_ + 1),
      source(from.source_),
      account(from.account_),
      connection(from.connection_),
      setup(from.setup_),
      connect(from.connect_),
      end(from.end_),
      state(from.state_),
      unseen(from.unseen_),
      reuses_id(from.reuses_id_),
      no_media(from.no_media()),
      hang_up_asked(from.hang_up_asked()),
      hung_up(from.hung_up_),
      symptoms(from.symptoms()),
      same_texts(&from) {}

bool call_record::draft::differs(const call_record& from) const {
  return state != from.state_ || account != from.account() || connection != from.connection()
         || setup != from.setup_ || connect != from.connect_ || end != from.end_
         || no_media != from.no_media() || has_other_texts(from);
}

bool call_record::draft::has_other_texts(const call_record& from) const {
  if (same_texts == &from)
    return false;
  for (std::size_t i = 0; i < text_count; ++i)
    if (texts[i] != from.get(static_cast<text>(i)))
      return true;
  return false;
}

/// Cuts the longest texts until all have room: what one stranger makes long costs the other texts nothing.
void call_record::draft::fit() {
  std::array<std::size_t, text_count> sizes{};
  for (std::size_t i = 0; i < text_count; ++i)
    sizes[i] = static_cast<text>(i) == text::id ? 0 : texts[i].size();
  std::sort(sizes.begin(), sizes.end());
  auto room = most_text_bytes;
  for (std::size_t i = 0; i < text_count; ++i) {
    const auto share = room / (text_count - i);
    if (sizes[i] <= share) {
      room -= sizes[i];
      continue;
    }
    for (std::size_t j = 0; j < text_count; ++j)
      if (static_cast<text>(j) != text::id)
        texts[j] = head_of(texts[j], share);
    return;
  }
}

void call_record::draft::fill(const call_event& event) {
  if (event.setup)
    setup = *event.setup;
  if (event.connection)
    connection = *event.connection;
  event.texts.each([this](text which, std::string_view value) { set(which, value); });
  const auto account_name = event.texts.get(text::account_name);
  if (event.account || account_name)
    account = event.account.value_or(account_id{});
  if (event.account && !account_name)
    set(text::account_name, {});
  state = event.state;
  no_media = event.media ? !*event.media : no_media;
  if (state == call_state::disconnecting && hung_up == 0)
    hung_up = whole_seconds(event.received);
  symptoms = possible_in(state, symptoms);
  if (state >= call_state::connected && event.connect)
    connect = *event.connect;
  else if (state == call_state::connected && connect == timestamp{})
    connect = event.received;
  if (state == call_state::dead && end == timestamp{})
    end = event.ended.value_or(event.received);
  unseen = state == call_state::dead && event.unseen;
  if (!same_texts)
    fit();
}

record_ptr call_record::make(const draft& d) {
  std::size_t size = 0;
  if (d.same_texts)
    size = d.same_texts->all_texts().size();
  else
    for (const auto& text : d.texts)
      size += text.size();
  auto* memory = ::operator new(sizeof(call_record) + size);
  auto* record = new (memory) call_record;
  record->serial_ = d.serial;
  record->revision_ = d.revision;
  record->source_ = d.source;
  record->account_ = d.account.value();
  record->connection_ = d.connection.value();
  record->setup_ = d.setup;
  record->connect_ = d.connect;
  record->end_ = d.end;
  record->state_ = d.state;
  record->unseen_ = d.unseen;
  record->reuses_id_ = d.reuses_id;
  record->no_media_ = d.no_media ? 1 : 0;
  record->hang_up_asked_ = d.hang_up_asked ? 1 : 0;
  record->hung_up_ = d.hung_up;
  record->symptoms_ = d.symptoms.bits() & symptoms::all_bits;
  auto* out = reinterpret_cast<char*>(record + 1);
  if (d.same_texts) {
    std::memcpy(out, d.same_texts->texts(), size);
    record->ends_ = d.same_texts->ends_;
    return record_ptr{record};
  }
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < text_count; ++i) {
    std::copy(d.texts[i].begin(), d.texts[i].end(), out + end);
    end += static_cast<std::uint32_t>(d.texts[i].size());
    record->ends_[i] = end;
  }
  return record_ptr{record};
}

void call_record::destroy(const call_record* record) noexcept {
  record->~call_record();
  ::operator delete(const_cast<call_record*>(record));
}

namespace {

std::atomic<std::uint64_t> serials{0}; // that are given out

} // namespace

std::uint64_t call_record::next_serial() noexcept {
  return serials.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint64_t call_record::newest_serial() noexcept { return serials.load(std::memory_order_relaxed); }

record_ptr call_record::first(const switch_identity& source, const call_event& event) {
  draft d;
  d.serial = next_serial();
  d.source = &source;
  d.reuses_id = event.reuses_id;
  const auto id = source.name.value() + ':' + event.id;
  d.set(text::id, id);
  d.fill(event);
  return make(d);
}

record_ptr call_record::adopted(const switch_identity& source, const call_record& from) {
  draft d{from};
  d.serial = next_serial();
  d.source = &source;
  return make(d);
}

record_ptr call_record::from(const foreign& picture) {
  draft d;
  d.serial = next_serial();
  d.source = picture.source;
  d.account = picture.account;
  d.connection = picture.connection;
  d.setup = picture.setup;
  d.connect = picture.connect;
  d.end = picture.end;
  d.state = picture.state;
  d.hung_up = picture.hung_up;
  d.hang_up_asked = picture.hang_up_asked;
  d.no_media = picture.no_media;
  d.symptoms = picture.symptoms;
  for (std::size_t i = 0; i < text_count; ++i)
    d.set(static_cast<text>(i), picture.texts[i]);
  d.fit();
  return make(d);
}

record_ptr call_record::after(const call_event& event) const {
  const auto back = state_ == call_state::dead && event.revives;
  if (!back && (state_ == call_state::dead || event.state < state_))
    return {};
  draft d{*this};
  if (back) {
    d.end = {};
    d.hung_up = 0; // an order to hang it up ended with the call
    d.hang_up_asked = false;
  }
  d.fill(event);
  d.setup = setup_; // lists are ordered by it: it never changes
  return d.differs(*this) ? make(d) : record_ptr{};
}

record_ptr call_record::disconnecting(timestamp when) const {
  draft d{*this};
  d.state = call_state::disconnecting;
  d.hung_up = whole_seconds(when);
  d.hang_up_asked = true;
  d.symptoms = possible_in(d.state, d.symptoms);
  return make(d);
}

record_ptr call_record::looked_at(rollcall::symptoms found) const {
  if (found == symptoms())
    return {};
  draft d{*this};
  d.symptoms = found;
  return make(d);
}

record_ptr call_record::in_account(account_id account) const {
  draft d{*this};
  d.account = account;
  return make(d);
}

call_event event_of(const call_record& record) {
  const auto time_of = [](timestamp t) { return t == timestamp{} ? std::nullopt : std::optional{t}; };
  call_event event;
  event.id = record.local_id();
  event.state = record.state();
  // By this a call is Disconnecting since then, if it is.
  event.received = record.hung_up() == timestamp{} ? record.setup() : record.hung_up();
  event.media = !record.no_media();
  event.ended = time_of(record.end());
  event.setup = record.setup();
  event.connect = time_of(record.connect());
  if (record.account().known())
    event.account = record.account();
  if (record.connection().known())
    event.connection = record.connection();
  for (std::size_t i = 0; i < call_record::text_count; ++i)
    if (const auto which = static_cast<call_text>(i); which != call_text::id && !record.get(which).empty())
      event.texts.set(which, record.get(which));
  return event;
}

std::chrono::microseconds call_record::delay(timestamp now) const noexcept {
  const auto until = connect_ != timestamp{} ? connect_ : end_ != timestamp{} ? end_ : now;
  return std::max(until - setup_, std::chrono::microseconds{0});
}

std::chrono::microseconds call_record::duration(timestamp now) const noexcept {
  if (connect_ == timestamp{})
    return std::chrono::microseconds{0};
  return std::max((end_ != timestamp{} ? end_ : now) - connect_, std::chrono::microseconds{0});
}

} // namespace rollcall
