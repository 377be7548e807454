#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_event.hpp"
#include "domain/calls/call_state.hpp"
#include "domain/calls/call_text.hpp"
#include "domain/calls/switch_identity.hpp"
#include "domain/calls/symptoms.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rollcall {

class call_record;

/// Shares one immutable record. As thread-safe as std::shared_ptr, at half its size.
class record_ptr {
public:
  record_ptr() = default;
  record_ptr(const record_ptr& other) noexcept;
  record_ptr(record_ptr&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  record_ptr& operator=(record_ptr other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~record_ptr();

  const call_record& operator*() const noexcept { return *record_; }
  const call_record* operator->() const noexcept { return record_; }
  const call_record* get() const noexcept { return record_; }
  explicit operator bool() const noexcept { return record_ != nullptr; }
  friend bool operator==(const record_ptr&, const record_ptr&) = default;

private:
  friend class call_record;
  explicit record_ptr(const call_record* adopted) noexcept : record_(adopted) {}
  const call_record* record_ = nullptr;
};

/// One picture of one call: immutable, one allocation with its texts behind it, shared by the call, its
/// account and every list that is being written. All texts are clean (see text.hpp).
class call_record {
public:
  using text = call_text;
  static constexpr std::size_t text_count = call_text_count;

  /// The first picture of a call. `event.setup` must be set.
  static record_ptr first(const switch_identity& source, const call_event& event);

  /// The same call under the node that `source` names, which took its switch over from another one. It is no
  /// first picture.
  static record_ptr adopted(const switch_identity& source, const call_record& from);

  /// A picture that another node has of one of its calls. The texts need not be clean.
  struct foreign {
    const switch_identity* source = nullptr; ///< interned
    account_id account;
    connection_id connection;
    timestamp setup;
    timestamp connect;
    timestamp end;
    call_state state = call_state::idle;
    std::uint32_t hung_up = 0; ///< seconds since the epoch, 0: not known
    bool hang_up_asked = false;
    bool no_media = false;
    rollcall::symptoms symptoms;                      ///< as that node looked at them
    std::array<std::string_view, text_count> texts{}; ///< the ID begins with the switch's name and a colon
  };

  /// That picture in this process: of its own serial, revision 1.
  static record_ptr from(const foreign& picture);

  /// The picture after `event`, or null when the event changes nothing: it would take the call back (late),
  /// says nothing new (repeated), or the call is over and the event does not revive it. An event of the same
  /// state may still fill in fields.
  record_ptr after(const call_event& event) const;

  /// The same call, being hung up as asked by rollcall, at the moment `when`.
  record_ptr disconnecting(timestamp when = {}) const;

  /// The same call with these symptoms, which somebody has just looked for; null when it has these and no
  /// others.
  record_ptr looked_at(rollcall::symptoms found) const;

  /// The same call in another account, after a directory change gave its account name a number.
  record_ptr in_account(account_id account) const;

  const switch_identity& source() const noexcept { return *source_; }
  call_state state() const noexcept { return state_; }
  account_id account() const noexcept { return account_id{account_}; }
  connection_id connection() const noexcept { return connection_id{connection_}; }
  timestamp setup() const noexcept { return setup_; }
  timestamp connect() const noexcept { return connect_; } ///< unknown until connected
  timestamp end() const noexcept { return end_; }         ///< unknown until Dead
  bool unseen() const noexcept { return unseen_; } ///< Dead for want of a word of its switch, see call_event
  bool reuses_id() const noexcept { return reuses_id_; }    ///< a call before it had this ID, see call_event
  bool no_media() const noexcept { return no_media_ != 0; } ///< its switch says that none flows

  /// When it became Disconnecting, rounded up to whole seconds; unknown before. It is asked by rollcall, or
  /// the switch has told it.
  timestamp hung_up() const noexcept { return timestamp{std::chrono::seconds{hung_up_}}; }
  bool hang_up_asked() const noexcept { return hang_up_asked_ != 0; } ///< Disconnecting as asked by rollcall

  /// Those that were found when somebody last looked, some seconds ago: symptom_rules tells those of now.
  rollcall::symptoms symptoms() const noexcept { return symptoms::of_bits(symptoms_); }
  std::string_view get(text which) const noexcept {
    const auto i = static_cast<std::size_t>(which);
    const auto begin = i == 0 ? 0U : ends_[i - 1];
    return {texts() + begin, ends_[i] - begin};
  }
  std::string_view id() const noexcept { return get(text::id); }
  std::string_view all_texts() const noexcept { return {texts(), ends_.back()}; } ///< one behind the other

  /// The switch's own id of the call: id() without `<switch>:`.
  std::string_view local_id() const noexcept { return id().substr(source_->name.value().size() + 1); }

  /// The same in all pictures of a call, and in those of no other: cheaper to compare than the ID. Of this
  /// process only.
  std::uint64_t serial() const noexcept { return serial_; }

  /// The highest serial that any call has. Any thread.
  static std::uint64_t newest_serial() noexcept;

  /// Counts the pictures of this call: of two, the one with the higher revision is newer.
  std::uint32_t revision() const noexcept { return revision_; }

  /// Setup to connect once connected; before that setup to `now`, or to the end.
  std::chrono::microseconds delay(timestamp now) const noexcept;

  /// 0 until connected, then connect to `now`, or to the end.
  std::chrono::microseconds duration(timestamp now) const noexcept;

  call_record(const call_record&) = delete;
  call_record& operator=(const call_record&) = delete;

private:
  friend class record_ptr;
  struct draft;

  call_record() = default;
  ~call_record() = default;
  static record_ptr make(const draft& d);
  static std::uint64_t next_serial() noexcept;
  const char* texts() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  static void destroy(const call_record* record) noexcept;

  mutable std::atomic<std::uint32_t> references_{1};
  std::uint32_t revision_ = 0;
  std::uint64_t serial_ = 0;
  const switch_identity* source_ = nullptr;
  std::int64_t account_ = 0;
  std::int64_t connection_ = 0;
  timestamp setup_;
  timestamp connect_;
  timestamp end_;
  std::array<std::uint32_t, text_count> ends_{}; ///< where each text ends, behind this object
  call_state state_ = call_state::idle;
  bool unseen_ = false;
  bool reuses_id_ = false;
  std::uint8_t symptoms_ : symptom_count = 0;
  std::uint8_t no_media_ : 1 = 0;
  std::uint8_t hang_up_asked_ : 1 = 0;
  std::uint32_t hung_up_ = 0; ///< seconds since the epoch
};

static_assert(sizeof(call_record) <= 104); // there are a million of them

inline record_ptr::record_ptr(const record_ptr& other) noexcept : record_(other.record_) {
  if (record_)
    record_->references_.fetch_add(1, std::memory_order_relaxed);
}

inline record_ptr::~record_ptr() {
  if (record_ && record_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    call_record::destroy(record_);
}

/// What a switch would have said of the call to make this picture of it.
call_event event_of(const call_record& record);

/// The order of lists: by setup time, ties by ID.
struct by_setup {
  bool operator()(const call_record& a, const call_record& b) const noexcept {
    return a.setup() != b.setup() ? a.setup() < b.setup() : a.id() < b.id();
  }
  bool operator()(const record_ptr& a, const record_ptr& b) const noexcept { return (*this)(*a, *b); }
};

} // namespace rollcall
