#include "actors/links/link.hpp"
#include "tests/component/actor_fixture.hpp"

namespace rollcall::testing::audit_note_test {

namespace {

/// What an auditor is told: one list for each message.
using messages = std::vector<std::vector<audit_note>>;

/// A link of a switch, connected, with an auditor that keeps the notes as they came: one list for each
/// message.
struct audited_link : world {
  std::shared_ptr<messages> written = std::make_shared<messages>();
  link_actor link =
      spawn_link(sys, context, {switch_name{"sbc-x"}, node_id{"node-a"}, environment_id{1}}, node, auditor());
  switch_wire sbc;

  audited_link() {
    sbc.session = *ask<attached>(link, attach_request{switch_name{"sbc-x"}, 1, sbc.at});
    tell(sbc, snapshot_begin{}, snapshot_end{});
  }
  ~audited_link() {
    caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
    run();
  }

  auditor_actor auditor() {
    return sys.spawn([kept = written](auditor_actor::pointer) -> auditor_actor::behavior_type {
      return {[](const audit_writes&) { return caf::ok_atom_v; },
              [kept](const audit_notes& notes) { kept->push_back(notes); }, [](caf::tick_atom) {}};
    });
  }

  /// Has the call of this id ask for it.
  void order_hang_up(const std::string& id) { self->send(link, order(), id); }

  void hang_up(const std::string& id) {
    order_hang_up(id);
    run();
  }

  static disconnect_job_ptr order() {
    disconnect_job job;
    job.arrived = boottime;
    job.expires = boottime + 5s;
    job.request = std::make_shared<const audit_request>();
    return std::make_shared<const disconnect_job>(std::move(job));
  }

  call_event over_at(const std::string& id, timestamp when) {
    call event{id, call_state::dead};
    event.setup.reset();
    event.ended = when;
    return event;
  }
};

} // namespace

TEST_CASE_FIXTURE(audited_link, "the end of a call that was hung up is noted once, with the time") {
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  hang_up("1");
  hang_up("2");
  CHECK(written->empty());
  advance(2s);
  tell(sbc, over_at("1", timestamp{1s}));
  tell(sbc, over("2"), over("2"));
  CHECK(
      *written
      == messages{{{wall, "sbc-x:1", "ended at 1970-01-01T00:00:01.000000Z"}}, {{wall, "sbc-x:2", "ended"}}});
}

TEST_CASE_FIXTURE(audited_link, "the end of a call that was not hung up is not noted in the audit log") {
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11), over("1"));
  tell(sbc, snapshot_begin{}, snapshot_end{});
  CHECK(written->empty());
}

TEST_CASE_FIXTURE(audited_link, "a disconnect that could not be sent is noted as such, and no end is noted") {
  tell(sbc, call{"1"}.in(11));
  sbc.at->writable = false;
  hang_up("1");
  tell(sbc, over("1"));
  CHECK(*written == messages{{{wall, "sbc-x:1", "not sent: the switch cannot be reached"}}});
}

TEST_CASE_FIXTURE(audited_link, "an end found by a snapshot is noted as unseen") {
  tell(sbc, call{"1"}.in(11));
  hang_up("1");
  tell(sbc, snapshot_begin{}, snapshot_end{});
  CHECK(*written == messages{{{wall, "sbc-x:1", "ended unseen"}}});
}

TEST_CASE_FIXTURE(audited_link, "notes that come together are written together, up to a bound") {
  const auto count = defaults::notes_at_once + 1;
  switch_news begun;
  switch_news ended;
  for (std::size_t i = 0; i < count; ++i) {
    begun.emplace_back(call{std::to_string(i)}.in(11));
    ended.emplace_back(over(std::to_string(i)));
  }
  self->send(link, sbc.session.session, std::move(begun));
  run();
  for (std::size_t i = 0; i < count; ++i)
    order_hang_up(std::to_string(i));
  run();
  self->send(link, sbc.session.session, std::move(ended));
  run();
  REQUIRE(written->size() == 2);
  CHECK(written->at(0).size() == defaults::notes_at_once);
  CHECK(written->at(1).size() == 1);
}

TEST_CASE_FIXTURE(audited_link, "a refusal is noted with its reason") {
  tell(sbc, call{"1"}.in(11));
  hang_up("1");
  tell(sbc, refusal{"1", "no such call"});
  CHECK(*written == messages{{{wall, "sbc-x:1", "refused: no such call"}}});
}

} // namespace rollcall::testing::audit_note_test
