#pragma once

#include "domain/base/text_hash.hpp"
#include "domain/calls/leg_call.hpp"
#include "domain/calls/leg_facts.hpp"
#include "domain/calls/recently_ended.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace rollcall {

/// Makes calls of the legs and bridges of a back-to-back user agent, whatever it is. Each external leg is in
/// exactly one call. Pure: time is passed in; one thread at a time.
///
///   legs     caller ──dialled──► half ;1 ══pair══ half ;2 ──dialled──► callee      who was dialled for whom
///   bridges  [caller, ;1]  [;2, callee]                                            who can hear whom
///   call     caller + callee, until the last of them has gone
///
/// - A leg that nobody dialled owns a call. One that was dialled is in the call of whom it was dialled for.
/// - A call that has lost its owner gives its legs to another one of its account that they talk to.
/// - A leg that talks to nobody of its call for `apart` is a call of its own.
/// - Two calls of different accounts stay two, also when their legs talk to each other.
/// - Only a leg that is said to be gone, or that a whole list does not name, is gone.
class leg_graph {
public:
  struct limits {
    std::size_t legs = 500'000;                  ///< more are not taken, and counted
    std::size_t bridges = 500'000;               ///< as well
    std::size_t tombstones = 1'000'000;          ///< of the oldest then nothing is known any more
    std::size_t id_bytes = 255;                  ///< of a leg or a bridge: longer ones are not taken
    std::size_t text_bytes = 1024;               ///< of what is said of a leg: the rest is cut off
    std::size_t walk = 256;                      ///< legs that are looked at to find who can hear a leg
    std::chrono::milliseconds tombstone{60'000}; ///< how long a leg that is gone is remembered
    std::chrono::milliseconds apart{1'000};   ///< transfers part legs that belong together for milliseconds
    std::chrono::milliseconds swapped{1'000}; ///< after a transfer no account of its legs is believed
  };

  /// How often sweep() should be called.
  static constexpr std::chrono::milliseconds sweep_interval{250};

  explicit leg_graph(const limits& bounds);
  leg_graph() : leg_graph(limits{}) {}
  leg_graph(const leg_graph&) = delete;
  leg_graph& operator=(const leg_graph&) = delete;
  ~leg_graph();

  // --- what happens. Of a leg that is known to be gone nothing is taken. Where a leg is named by its id
  // alone, it must have been seen.

  void seen(const leg_facts& said, leg_moment now);

  /// The switch dials `said` for `parent`, which is empty when it does so for nobody. `number` is what it
  /// dials.
  void dialled(const leg_facts& said, std::string_view parent, std::string_view number, leg_moment now);

  /// The switch dials it, or has just been answered by it, for `parent`: that counts where dialled() was
  /// missed.
  void still_dialled(const leg_facts& said, std::string_view parent, leg_moment now);

  void dial_ended(std::string_view leg, bool answered, leg_moment now);

  void bridge_seen(std::string_view bridge, bridge_kind kind, leg_moment now);

  /// It leaves any other bridge.
  void joined(std::string_view leg, std::string_view bridge, leg_moment now);
  void left(std::string_view leg, std::string_view bridge, leg_moment now);
  void bridge_gone(std::string_view bridge, leg_moment now);

  /// `by` takes the place of `old`: where it is but a younger call of the same account, it takes its call
  /// over.
  void replaced(std::string_view old, std::string_view by, leg_moment now);

  void gone(std::string_view leg, leg_moment now);

  /// Time passes.
  void sweep(leg_moment now);

  // --- what the switch has now. Events may come before, within and after the lists: until the end no new leg
  // is given a call. What is listed is kept until then, and may be forgotten by the caller.

  /// What is known of calls, for legs that the graph does not know: they keep these ids and accounts.
  /// Forgotten after the next list that is whole.
  void remember(known_call call);

  void snapshot_begin();
  void listed_bridge(std::string_view bridge, bridge_kind kind);
  void listed(const listed_leg& said);

  /// If the list is `whole`, legs that it does not have are gone, unless an event has told of them since the
  /// beginning. A list with an item that the graph could not take is not whole.
  void snapshot_end(bool whole, leg_moment now);

  // --- what has become of it

  /// What has changed since this was called last. A call that has ended is told first as it was last; of
  /// one that was a guess from beginning to end nothing is told.
  call_changes take_changes();

  /// Null for a call that there is not.
  const leg_call* find(std::string_view call) const;

  /// In which call a leg is; null when it is in none.
  const leg_call* call_of(std::string_view leg) const;

  bool has_leg(std::string_view leg) const;

  /// All calls, in the order in which they began.
  std::vector<const leg_call*> calls() const;

  std::size_t leg_count() const { return legs_.size(); }
  std::size_t call_count() const { return calls_.size(); }
  std::size_t bridge_count() const { return bridges_.size(); }

  /// Legs and bridges that were not taken, because there were too many or their ids were too long.
  std::uint64_t refused() const { return refused_; }

private:
  struct leg_node;
  struct bridge_node;
  struct call_node;
  struct known_before;
  struct list;
  enum class account_source : std::uint8_t;
  using legs = std::vector<leg_node*>;

  template <class T>
  using by_text = std::unordered_map<std::string, T, text_hash, std::equal_to<>>;

  void lost(std::string_view leg, leg_moment now);
  const leg_call& shown_of(call_node& which) const;

  // leg_graph_legs.cpp: what is known of legs and bridges
  enum class told_by : std::uint8_t { event, list };
  leg_node* known(std::string_view id) const;
  leg_node* refresh(const leg_facts& said, leg_moment now, told_by source = told_by::event);
  void take_state(leg_node& of, leg_state said, bool is_news, leg_moment now);
  void take_accounts(leg_node& of, const leg_facts& said, leg_moment now);
  void take_texts(leg_node& of, const leg_facts& said, bool first);
  void keep(std::string& text, std::string_view said) const;
  void set_group(leg_node& of, std::string_view group);
  void leave_group(leg_node& of);
  void pair_up(leg_node& half, std::string_view pair);
  bridge_node* known_bridge(std::string_view id);
  void enter(leg_node& of, bridge_node& into);
  void leave(leg_node& of);
  void remove(leg_node& of, leg_moment now);

  // leg_graph_calls.cpp: which leg is in which call
  legs around(leg_node& of) const;
  legs group_of(const leg_node& of) const;
  void suspect(const legs& all);
  call_node* call_upwards(const leg_node& of) const;
  call_node* call_of_group(const leg_node& of) const;
  void place(leg_node& of, leg_moment now);
  void place_dialled(leg_node& of, leg_moment now);
  void separate_guess(leg_node& of, leg_moment now);
  call_node& begin_call(leg_node& with, bool owned, leg_moment now);
  call_node& begin_call(leg_node& with, bool owned, account_source account, leg_moment now);
  call_node& begin_call(std::string id);
  void attach(leg_node& of, call_node& to, call_end why, leg_moment now);
  bool detach(leg_node& of);
  void end_call(call_node& which, call_end why, const call_node* into, leg_moment now);
  void lost_owner(call_node& which, leg_moment now);
  void fold(const legs& heard, leg_moment now);
  std::vector<call_node*> sorted_calls() const;

  // leg_graph_apart.cpp: legs that have nothing to do with their call any more
  void split(call_node& which, leg_moment now);
  legs apart(call_node& which, leg_node& anchor, leg_moment now);
  bool is_being_dialled(const leg_node& of) const;

  // leg_graph_rows.cpp: what is told of a call. Of its legs update() looks at `changed` alone, and at all
  // when the call is stale.
  void update(call_node& which, const leg_node* changed = nullptr);
  static void say_legs(call_node& which);
  void say_account(call_node& which) const;
  static void say_numbers(call_node& which);
  static void say_leg(call_node& which, const leg_node& of);
  static void say_far_side(call_node& which);
  static bool is_from_carrier(const leg_node& of);
  static std::string_view account_of(const leg_node& of, account_source from);

  // leg_graph_snapshot.cpp
  template <class F>
  legs sorted(F is_wanted) const;
  legs unplaced() const;
  void take_listed(leg_moment now);
  void remove_unlisted(leg_moment now);
  void place_known_before(leg_moment now);
  void place_listed(leg_moment now);
  void fold_listed(bool is_whole, leg_moment now);
  void place_remembered(leg_node& of, leg_moment now);
  void place_child(leg_node& of, leg_moment now);
  call_node* remembered_call(known_before& from);
  static account_source source_of(std::string_view account, const leg_node& of, bool is_owner);
  static bool is_anothers(const leg_node& of, const call_node& candidate);

  const limits bounds_;
  by_text<std::unique_ptr<leg_node>> legs_;
  by_text<std::unique_ptr<bridge_node>> bridges_;
  by_text<std::unique_ptr<call_node>> calls_;
  by_text<legs> groups_;
  by_text<leg_node*> single_halves_;                  ///< by what both of a pair have in common
  by_text<std::shared_ptr<known_before>> remembered_; ///< by each of its legs
  recently_ended gone_;                               ///< legs
  recently_ended over_;            ///< calls that were told, which none that is remembered begins again
  std::vector<std::string> dirty_; ///< calls that have changed since they were told
  call_changes ended_;             ///< to be told after those, each behind what it was last
  std::unordered_set<std::string> suspects_; ///< calls that may have a leg apart
  std::unique_ptr<list> list_;               ///< while a snapshot is taken
  bool placing_ = false;                     ///< the legs of one that has ended
  mutable std::uint64_t walk_ = 0;           ///< of the last around()
  std::uint64_t number_ = 0;                 ///< of the last leg or call
  std::uint64_t refused_ = 0;
};

} // namespace rollcall
