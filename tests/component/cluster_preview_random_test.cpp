#include "cluster_world.hpp"

#include <optional>
#include <random>
#include <set>

// Whatever happens between a preview and its confirmation, nothing else is hung up than what was previewed,
// and no more.

namespace rollcall::testing::cluster_preview_random_test {

namespace {

constexpr int seeds = 150;
constexpr int steps = 60;
const std::array<std::int64_t, 4> accounts = {11, 12, 22, 33};

struct known_call {
  std::int64_t account = 0;
  std::string number;
  std::size_t of = 0; ///< its switch
  timestamp setup;
};

/// Which calls a request means.
struct target {
  std::int64_t account = 0;  ///< 0: all of the customer
  std::int64_t customer = 1; ///< and those below
  std::string number;        ///< empty: any

  bool means(const known_call& call) const {
    if (!number.empty() && call.number != number)
      return false;
    if (account != 0)
      return call.account == account;
    return customer == 1 || (customer == 2 && (call.account == 22 || call.account == 33))
           || (customer == 3 && call.account == 33);
  }
};

struct random_cluster : cluster_world {
  std::mt19937 random;
  std::array<switch_wire, 2> switches;
  std::array<std::size_t, 2> at{0, 1}; ///< the node of each switch
  std::uint64_t epoch = 1;
  std::map<std::string, known_call> calls; ///< that are up
  int started = 0;
  int confirmed = 0;

  /// What was previewed, to be confirmed later.
  struct previewed {
    disconnect_request request;
    std::set<std::string> there; ///< all calls that there were
    std::size_t counted = 0;
    std::size_t hung_up = 0;
    target of;
  };
  std::vector<previewed> previews;

  int carried_out = 0;
  int refused = 0;

  explicit random_cluster(unsigned seed) : random(seed) {
    for (std::size_t i = 0; i < switches.size(); ++i)
      switches[i] = switched_on(at[i], name_of_switch(i), epoch);
  }

  static std::string name_of_switch(std::size_t i) { return "sbc-" + std::to_string(i + 1); }
  std::size_t below(std::size_t bound) { return random() % bound; }

  void step() {
    switch (below(11)) {
    case 0:
    case 1:
    case 2:
      return begin();
    case 3:
      return end();
    case 4:
      return change_account();
    case 5:
      return move();
    case 6:
      wall += 1s;
      return advance(1s);
    case 7:
      return look();
    case 8:
      return preview();
    case 9:
      return confirm();
    default:
      return bounded();
    }
  }

  std::string any() {
    auto found = calls.begin();
    std::advance(found, below(calls.size()));
    return found->first;
  }

  call as_told(const std::string& id) const {
    const auto& of = calls.at(id);
    auto told = call{id.substr(id.find(':') + 1)}.in(of.account).from(of.number);
    told.setup = of.setup;
    return told;
  }

  void begin() {
    const auto of = below(switches.size());
    const auto id = name_of_switch(of) + ':' + std::to_string(++started);
    calls[id] = {accounts[below(accounts.size())], below(2) == 0 ? "44" : "77", of, wall};
    tell(switches[of], as_told(id));
  }

  void end() {
    if (calls.empty())
      return;
    const auto id = any();
    tell(switches[calls.at(id).of], over(id.substr(id.find(':') + 1)));
    calls.erase(id);
  }

  void change_account() {
    if (calls.empty())
      return;
    const auto id = any();
    calls.at(id).account = accounts[below(accounts.size())];
    tell(switches[calls.at(id).of], as_told(id).again());
  }

  /// A switch connects to another node, which takes its calls over.
  void move() {
    const auto of = below(switches.size());
    at[of] = below(sites.size());
    auto fresh = attach(at[of], name_of_switch(of), ++epoch);
    REQUIRE(fresh);
    const auto told = switches[of].at->hung_up;
    switches[of] = *fresh;
    switches[of].at->hung_up = told;
    say(switches[of], snapshot_begin{});
    for (const auto& [id, known] : calls)
      if (known.of == of)
        say(switches[of], as_told(id));
    tell(switches[of], snapshot_end{});
    advance(1s);
  }

  target any_target() {
    target of;
    if (below(2) == 0)
      of.account = accounts[below(accounts.size())];
    else
      of.customer = static_cast<std::int64_t>(1 + below(3));
    if (below(2) == 0)
      of.number = "44";
    return of;
  }

  disconnect_request request_for(const target& of) const {
    auto request = hang_up_account(of.account);
    if (of.account == 0) {
      request.account.reset();
      request.customer = customer_id{of.customer};
    }
    if (!of.number.empty())
      request.filter.emplace().cli = text_pattern::parse(of.number);
    return request;
  }

  std::set<std::string> meant_by(const target& of) const {
    std::set<std::string> all;
    for (const auto& [id, known] : calls)
      if (of.means(known))
        all.insert(id);
    return all;
  }

  void look() {
    const auto of = any_target();
    auto told = ask<cluster_preview_answer>(sites[below(3)].front, preview_request{request_for(of)});
    REQUIRE(told);
    CHECK(told->calls.reachable == meant_by(of).size());
    CHECK(told->calls.away == 0);
  }

  void preview() {
    const auto of = any_target();
    previewed one;
    one.request = request_for(of);
    auto told = ask<cluster_preview_answer>(sites[below(3)].front, preview_request{one.request});
    REQUIRE(told);
    one.counted = told->calls.reachable;
    one.request.allowed = told->nodes;
    one.request.confirmation = std::to_string(previews.size());
    for (const auto& [id, known] : calls)
      one.there.insert(id);
    one.of = of;
    previews.push_back(std::move(one));
  }

  /// Perhaps not for the first time.
  void confirm() {
    if (previews.empty())
      return;
    auto& one = previews[below(previews.size())];
    const auto meant = meant_by(one.of);
    const auto gone = order(one.request);
    if (!gone)
      return;
    for (const auto& id : *gone) {
      CAPTURE(id);
      CHECK(one.there.contains(id));
      CHECK(meant.contains(id));
    }
    one.hung_up += gone->size();
    CHECK(one.hung_up <= one.counted);
    confirmed += !gone->empty();
    end_all(*gone);
  }

  std::set<std::string> take_hung_up() {
    std::set<std::string> all;
    for (std::size_t i = 0; i < switches.size(); ++i)
      for (const auto& id : std::exchange(switches[i].at->hung_up, {}))
        all.insert(name_of_switch(i) + ':' + id);
    return all;
  }

  /// Carries it out, and ends what was hung up, as a switch does. Returns what that was; none: it was
  /// refused.
  std::optional<std::set<std::string>> order(const disconnect_request& request) {
    take_hung_up();
    auto done = ask<cluster_disconnect_answer>(sites[below(3)].front, request);
    auto gone = take_hung_up();
    for (const auto& id : gone) {
      CAPTURE(id);
      REQUIRE(calls.contains(id));
    }
    if (!done) {
      CHECK(done.error() == ec::out_of_bounds);
      CHECK(gone.empty());
      ++refused;
      return std::nullopt;
    }
    CHECK(done->sent == gone.size());
    return gone;
  }

  void end_all(const std::set<std::string>& gone) {
    for (const auto& id : gone) {
      tell(switches[calls.at(id).of], over(id.substr(id.find(':') + 1)));
      calls.erase(id);
    }
  }

  void bounded() {
    const auto of = any_target();
    auto request = request_for(of);
    request.limits.max_calls = below(4);
    const auto meant = meant_by(of);
    const auto gone = order(request);
    CHECK(gone.has_value() == (meant.size() <= *request.limits.max_calls));
    if (gone) {
      CHECK(*gone == meant);
      carried_out += !gone->empty();
      end_all(*gone);
    }
  }
};

} // namespace

TEST_CASE(
    "a bounded order hangs up all that it means, or nothing; a confirmed one nothing that was not counted") {
  int carried_out = 0;
  int refused = 0;
  int confirmed = 0;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    random_cluster world{seed};
    for (int i = 0; i < steps; ++i)
      world.step();
    carried_out += world.carried_out;
    refused += world.refused;
    confirmed += world.confirmed;
  }
  CHECK(carried_out > seeds / 4); // it is no test of refusals alone
  CHECK(refused > seeds / 4);
  CHECK(confirmed > seeds / 8);
}

} // namespace rollcall::testing::cluster_preview_random_test
