#pragma once

#include "tests/unit/leg_graph_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rollcall::test {

/// A switch that does what it is told, by numbers, tells a graph of it, and knows what is right. It may stop
/// telling for a while; then it lists what there is, and things happen before, while and after it does. Its
/// lists may be cut short. Who listens may be another graph from then on, which knows the calls.
class leg_world {
public:
  /// Whose a leg is stands in its account, or the script says it.
  enum class accounts : std::uint8_t { own, said };

  explicit leg_world(accounts kept) : accounts_(kept) {}

  struct step {
    std::uint8_t what = 0;
    std::uint8_t x = 0, y = 0, z = 0;
  };

  static constexpr std::uint8_t kinds = 19;

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
    bool from_carrier = false;
    bool dial_told = false;  ///< and so was for whom, and whose that one is
    bool guess_kept = false; ///< its place was a guess when another graph was told of it
    timestamp since;
  };

  /// After a list that was cut short it is `unsure`: what has gone unheard of is still there.
  enum class phase : std::uint8_t { synced, deaf, begun, captured, unsure };

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
  void list(bool whole, const step& s);
  void restart(const step& s);

  // --- what must hold

  void check();
  void check_times();
  void check_ended();

  /// A leg that was dialled while nobody heard it may be in a wrong call until it has been answered for a
  /// while.
  void check_accounts(bool settled);
  std::set<std::string> heard_by(const leg& of);

  /// When nothing has happened for some time: who talks to nobody of its call is alone, and a call without an
  /// owner is not beside another one of its account.
  void check_settled();

  const accounts accounts_;
  std::map<std::uint64_t, leg> legs_;
  std::map<std::string, bridge_kind> bridges_;
  std::vector<leg> captured_;
  std::vector<std::string> dead_;
  std::set<std::string> told_dead_;
  std::set<std::string> remembered_; ///< legs of the calls that the graph knew when it began
  std::set<std::string> have_replaced_;
  phase phase_ = phase::synced;
  std::uint64_t last_ = 0;
  std::uint64_t last_before_list_ = 0;
  std::size_t ended_checked_ = 0;
  leg_moment now_{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                  timestamp{std::chrono::hours{500'000}}};
  std::unique_ptr<leg_graph> graph_ = std::make_unique<leg_graph>();
  told_calls rows_;
};

} // namespace rollcall::test
