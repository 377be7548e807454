#include "tests/component/actor_fixture.hpp"
#include "tests/component/random_switch.hpp"
#include "tests/component/stream_mirror.hpp"
#include "tests/component/truth_checks.hpp"
#include "tests/component/truth_model.hpp"
#include "tests/component/truth_seeds.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

// Random switches say random things while requests are under way, and the actors work in random order. A
// model of a few lines hears the same in the same order, for it listens where a link talks to its switch:
// every batch of news ends with a ping, and the pong says that the link has come so far. Each answer must
// agree with what was true, by the model, while the answer was made; and when everything is at rest, answers
// are the model.

namespace rollcall::testing::truth_test {

namespace {

/// A node with two random switches, its callers, and the model that knows what they have to be told.
struct truth_run : world {
  random any;
  truth_model model;
  std::array<random_switch, 2> sbcs;
  std::vector<std::function<bool()>>
      requests;              ///< checks the answer once it is there, and tells whether it was
  pictures_shown shown;      ///< by lists of everything since the last rest
  std::uint64_t sent = 0;    ///< disconnects, by the answers
  int ticks = 0;             ///< of time since the last rest
  bool nobody_known = false; ///< the directory knows the username `nobody`
  std::array<stream_mirror, 2> mirrors{stream_mirror{*this, 1}, stream_mirror{*this, 2}};

  explicit truth_run(std::uint64_t seed) : any(seed) {
    constexpr std::array lingers{1'000ms, 3'000ms, 32'000ms};
    context->dead_linger = model.linger = lingers[seed % lingers.size()];
    context->disconnect_retry = 2'000ms;
    context->calls_at_once = 1 + seed % 4; // most settlements take several turns of the link
    context->sweep_pause = 0ms;
    model.clock = [this] { return sched.clock().now(); };
    model.names = dir;
    sbcs[0].name = "sbc-1";
    sbcs[1].name = "sbc-2";
  }

  /// What is still under way comes to an end while there is somebody to hear of it.
  ~truth_run() {
    requests.clear();
    for (auto& mirror : mirrors)
      mirror.leave();
    run();
  }

  void live() {
    for (auto bursts = 2 + any() % 3; bursts > 0; --bursts) {
      for (auto n = 5 + any() % 40; n > 0; --n) {
        act();
        for (auto k = any() % 12; k > 0 && step(); --k) {
        }
      }
      while (step()) {
      }
      rest();
    }
  }

  bool step() {
    const auto worked = run_any(any);
    std::erase_if(requests, [](const auto& answered) { return answered(); });
    if (any() % 4 == 0)
      for (auto& mirror : mirrors)
        mirror.pump();
    return worked;
  }

  void act() {
    auto& sbc = sbcs[any() % 2];
    const auto pick = any() % 100;
    if (pick < 55) {
      speak(sbc);
    } else if (pick < 67) {
      ask_list();
    } else if (pick < 77) {
      ask_stats();
    } else if (pick < 83) {
      ask_disconnect();
    } else if (pick < 88) {
      change_hands();
    } else if (pick < 92) {
      come_or_go(sbc);
    } else if (pick < 94) {
      self->send(node, atom::audit_v);
    } else if (pick < 96) {
      watch_or_not(mirrors[any() % 2]);
    } else if (ticks < 4) {
      ++ticks;
      sched.clock().advance_time(defaults::link_tick);
      wall += defaults::link_tick;
    }
  }

  // --- what switches and operators do

  void speak(random_switch& sbc) {
    if (sbc.attaching && *sbc.attaching)
      deliver(sbc, sbc.arrives());
    else if (sbc.connection)
      deliver(sbc, sbc.speaks(any, [&](const std::string& id) { return is_old(sbc.name + ':' + id); }));
    else
      sbc.happens(any);
  }

  /// The model hears of a snapshot's end when the link does, for from then on calls end, some at a time: the
  /// ping before it tells. All else it hears when the news is worked off.
  void deliver(random_switch& sbc, switch_news news) {
    switch_news said;
    switch_news heard;
    for (auto& item : news) {
      const auto ends = std::holds_alternative<snapshot_end>(item);
      if (ends)
        said.emplace_back(barrier{});
      heard.push_back(item);
      said.push_back(std::move(item));
      if (ends)
        sbc.connection->under_way.push_back(std::exchange(heard, {}));
    }
    sbc.connection->under_way.push_back(std::move(heard));
    self->send(sbc.connection->session.link, sbc.connection->session.session, std::move(said));
  }

  /// A switch uses an id once: it repeats nothing of calls that may be forgotten when it arrives.
  bool is_old(const std::string& id) const {
    const auto found = model.heard.find(id);
    return found == model.heard.end()
           || (found->second.now().state == call_state::dead
               && model.clock() + 1'500ms > found->second.ended + model.linger);
  }

  void come_or_go(random_switch& sbc) {
    if (sbc.attaching)
      return;
    sbc.disturbed = true;
    if (sbc.connection && any() % 2) {
      self->send(sbc.connection->session.link, sbc.connection->session.session, atom::closed_v,
                 std::string{"lost"});
      sbc.connection.reset();
      return;
    }
    sbc.next_connection = std::make_shared<line>();
    sbc.next_connection->on_heard = [&](const switch_news& news) { model.hear(sbc.name, news); };
    sbc.next_connection->on_hang_up = [&](const std::string& id) {
      sbc.to_end.push_back(id);
      model.hung_up(sbc.name + ':' + id);
    };
    sbc.attaching =
        ask_later<attached>(node, attach_request{switch_name{sbc.name}, ++sbc.epoch, sbc.next_connection});
  }

  // Only who owns what: whose names the accounts have changes at rest.
  void change_hands() {
    reload([&](directory_entries& e) {
      if (any() % 2)
        entry_of(e.accounts, account_id{22}).customer = customer_id{2 + std::int64_t(any() % 3)};
      else
        entry_of(e.customers, customer_id{3}).wholesaler = customer_id{any() % 2 ? 2 : 4};
    });
  }

  void watch_or_not(stream_mirror& mirror) {
    if (mirror.is_open())
      mirror.leave();
    else
      mirror.come();
  }

  // --- what callers ask

  template <class T, class Request, class Check>
  void ask_and_check(const Request& request, Check check) {
    requests.push_back([answer = ask_later<T>(front, request), check] {
      if (!*answer)
        return false;
      insist(static_cast<bool>(**answer), "a request failed");
      check(***answer);
      return true;
    });
  }

  customer_id some_scope() { return customer_id{any() % 3 ? 1 : 1 + std::int64_t(any() % 4)}; }

  void ask_list() {
    auto query = all_of(some_scope().value());
    query.recursive = any() % 4 != 0;
    query.active_only = any() % 3 == 0;
    query.order = call_order(any() % 4);
    if (any() % 4 == 0)
      query.account = account_id{std::array{11, 22, 33, 44, 99}[any() % 5]};
    ask_and_check<cluster_list_answer>(
        list_request{query, dir}, [this, query, by = dir, before = shown](const cluster_list_answer& list) {
          for (const auto& [id, number] : check_list(list, query, *by, model, before))
            shown[id] = std::max(shown[id], number);
        });
  }

  void ask_stats() {
    const auto scope = some_scope();
    const auto recursive = any() % 3 != 0;
    ask_and_check<cluster_stats_answer>(
        stats_request{scope, recursive, dir},
        [this, scope, recursive, by = dir, before = shown](const cluster_stats_answer& stats) {
          check_stats(stats.accounts, scope, recursive, *by, model, before);
        });
  }

  void ask_disconnect() {
    switch (any() % 4) {
    case 0: {
      const auto request = hang_up_customer(2 + std::int64_t(any() % 3));
      ask_disconnect(request, [scope = *request.customer, by = dir](const auto&, auto account) {
        return in_scope(account, scope, true, *by);
      });
      break;
    }
    case 1: {
      const auto request = hang_up_account(std::array{11, 22, 33, 44}[any() % 4]);
      ask_disconnect(
          request, [only = request.account->value()](const auto&, auto account) { return account == only; });
      break;
    }
    default:
      const auto request = hang_up_call(sbcs[any() % 2].name + ':' + std::to_string(1 + any() % 30));
      ask_disconnect(request, [only = request.call->value()](const auto& id, auto) { return id == only; });
    }
  }

  /// None that was `meant` all the time may go on when the answer is there.
  template <class Meant>
  void ask_disconnect(const disconnect_request& request, Meant meant) {
    const auto one = request.call.has_value();
    ask_and_check<cluster_disconnect_answer>(
        request, [this, one, meant](const cluster_disconnect_answer& answer) {
          sent += answer.sent;
          for (const auto& [id, call] : model.heard) {
            if (sbcs[id.starts_with("sbc-2")].disturbed || !call.settled
                || !call.always([&](const auto& x) { return meant(id, x.account); }))
              continue;
            // One that a snapshot has brought back may have been over when the order came.
            const auto was_over = call.ever([](const auto& x) { return x.state == call_state::dead; });
            insist(was_over || !can_disconnect(call.now().state), id + " escaped a disconnect");
            insist(!one || answer.found || was_over, id + " was not found");
          }
          insist(one ? answer.sent + answer.failed <= 1 : answer.found, "an answer that cannot be");
        });
  }

  // --- at rest

  void rest() {
    insist(requests.empty(), "a request was never answered");
    insist(context->metrics.disconnects_sent == sent, "disconnects were counted other than they were sent");
    wait_for_forgetting();
    compare();
    if (!nobody_known && any() % 4 == 0)
      learn();
    advance(std::array{0ms, 250ms, 1'500ms, 6'000ms, 12'000ms}[any() % 5]);
    wait_for_forgetting();
  }

  /// Lets time pass until no call is about to be forgotten, but not known to be.
  void wait_for_forgetting() {
    const auto unsure = [&](const auto& x) { return model.is_due(x.second) && !model.is_gone(x.second); };
    while (std::any_of(model.heard.begin(), model.heard.end(), unsure))
      advance(125ms);
    model.rest();
    shown.clear();
    ticks = 0;
    for (auto& sbc : sbcs)
      sbc.disturbed = !sbc.connection || sbc.attaching;
  }

  void learn() {
    nobody_known = true;
    reload([&](directory_entries& e) {
      e.accounts.push_back({account_id{55}, customer_id{1 + std::int64_t(any() % 4)}, "nobody"});
    });
    while (step()) {
    }
    model.names = dir;
    model.learn("nobody", 55);
    model.rest();
    compare();
  }

  /// Who watches has, at the next mark, what a list shows.
  void compare_mirrors() {
    for (auto& mirror : mirrors) {
      if (!mirror.is_open())
        continue;
      constexpr int patience = 100;
      // A mark tells of a moment after the one before was written: the first two may have waited to be read.
      for (auto before = mirror.marks() + 2, tries = std::uint64_t{0}; mirror.marks() <= before; ++tries) {
        insist(tries < patience, "no mark comes");
        mirror.pump();
        run();
        mirror.pump();
        advance(defaults::watch_pulse);
      }
      const auto list = ask<cluster_list_answer>(front, list_request{all_of(mirror.scope()), dir});
      std::size_t living = 0;
      for (call_row row; list->rows->next(row) == row_source::step::row;) {
        if (row.record->state() == call_state::dead)
          continue;
        ++living;
        const auto found = mirror.calls().find(std::string{row.record->id()});
        insist(found != mirror.calls().end(), std::string{row.record->id()} + " was not told");
        insist(picture_of(*found->second) == picture_of(*row.record),
               std::string{row.record->id()} + " was told otherwise");
      }
      insist(living == mirror.calls().size(), "calls were told that are none");
    }
  }

  /// What can be asked is the model, call for call, field for field.
  void compare() {
    compare_mirrors();
    audit();
    insist(context->metrics.tally_drift == 0, "a tally drifted");
    for (const auto& [scope, recursive] : {std::pair{1, true}, {1, false}, {2, true}, {4, true}}) {
      auto query = all_of(scope);
      query.recursive = recursive;
      const auto list = ask<cluster_list_answer>(front, list_request{query, dir});
      check_list(*list, query, *dir, model, {});
      const auto stats = ask<cluster_stats_answer>(front, stats_request{customer_id{scope}, recursive, dir});
      check_stats(stats->accounts, customer_id{scope}, recursive, *dir, model, {});
    }
  }
};

} // namespace

TEST_CASE("every answer tells the truth, whatever happens while it is made") { live_all_seeds<truth_run>(); }

} // namespace rollcall::testing::truth_test
