#pragma once

#include "tests/unit/leg_graph_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rollcall::test {

/// A switch that does what it is told, by numbers, tells a graph of it, and knows what is right. It may stop
/// telling for a while; then it lists what there is, and things happen before, while and after it does.
class leg_world {
public:
  struct step {
    std::uint8_t what = 0;
    std::uint8_t x = 0, y = 0, z = 0;
  };

  static constexpr std::uint8_t kinds = 18;

  void take(const step& s);

  /// Time for everything to settle.
  void settle();

  /// How many there have been so far.
  std::size_t calls_seen() const { return rows_.calls().size() + rows_.ended().size(); }

private:
  struct leg {
    std::string id;
    bool external = true;
    std::string account; ///< whose call it is in truth
    std::string group;
    std::string parent;
    std::string pair;
    std::string bridge;
    leg_state state = leg_state::down;
    bool dialled = false;
    bool dial_told = false; ///< and so was for whom, and whose that one is
    timestamp since;
  };

  enum class phase : std::uint8_t { synced, deaf, begun, captured };

  static void require(bool holds, const std::string& what);
  bool is_synced() const { return phase_ == phase::synced; }
  bool tells() const { return phase_ != phase::deaf; }

  leg* pick(std::uint8_t x, bool external = true);
  leg* find(const std::string& id);
  leg& make(bool external);
  leg_facts facts(const leg& of) const;
  void tell(const leg& of);
  void act(const step& s);
  void call(const step& s);
  void dial(const step& s);
  void answer(leg* of);
  void talk(const step& s);
  void enter(leg& of, const std::string& bridge, const step& s);
  void join(const step& s);
  void park(const step& s);
  void leave(const step& s);
  void fail(const step& s);
  void hang_up(const step& s);
  void end(std::string id);
  void replace(const step& s);

  /// What comes late, twice, or of nobody; and an account that changes for a moment.
  void confuse(const step& s);

  void regroup(const step& s);
  void transfer(const step& s);
  void pass(int sweeps);
  void snapshot_step(const step& s);

  // --- what must hold

  void check();
  void check_ended();

  /// A leg that was dialled while nobody heard it may be in a wrong call until it has been answered for a
  /// while.
  void check_accounts(bool settled);
  std::set<std::string> heard_by(const leg& of);

  /// When nothing has happened for some time: who talks to nobody of its call is alone, and a call without an
  /// owner is not beside another one of its account.
  void check_settled();

  std::map<std::uint64_t, leg> legs_;
  std::map<std::string, bridge_kind> bridges_;
  std::vector<leg> captured_;
  std::vector<std::string> dead_;
  std::set<std::string> told_dead_;
  std::set<std::string> have_replaced_;
  phase phase_ = phase::synced;
  std::uint64_t last_ = 0;
  std::size_t ended_checked_ = 0;
  leg_moment now_{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                  timestamp{std::chrono::hours{500'000}}};
  leg_graph graph_;
  told_calls rows_;
};

} // namespace rollcall::test
