"""Snapshots of the feed (feed.md): what they end, and what they do not."""

from feed_rows import await_row, call, listed, row

from harness import next_id, wait_until


def test_what_a_snapshot_does_not_name_is_over_and_what_it_names_stays(daemon, switch):
    ids = [switch.start(i_account=11) for _ in range(10)]
    listed(daemon, 10)
    new = next_id()
    switch.snapshot([call(id) for id in ids[::2]] + [call(new)])
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{id}" for id in [*ids[::2], new]})


def test_a_snapshot_settles_only_its_own_switch(daemon, switches):
    one, two = switches("sbc-1"), switches("sbc-2")
    gone, kept = one.start(i_account=11), two.start(i_account=11)
    listed(daemon, 2)
    one.snapshot()
    listed(daemon, 1)
    await_row(daemon, kept, "sbc-2")
    assert row(daemon, gone) is None


def test_nothing_is_over_before_the_snapshots_end(daemon, switch):
    ids = [switch.start(i_account=11) for _ in range(3)]
    listed(daemon, 3)
    switch.send(type="snapshot_begin")
    switch.send(type="call", **call(ids[0]))
    switch.ping()
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    assert set(daemon.everything()) == {f"sbc-1:{id}" for id in [*ids, marker]}
    switch.send(type="snapshot_end")
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{ids[0]}", f"sbc-1:{marker}"})


def test_a_snapshot_cut_off_by_the_connection_ends_nothing(daemon, switch):
    ids = [switch.start(i_account=11) for _ in range(3)]
    listed(daemon, 3)
    switch.send(type="snapshot_begin")
    switch.send(type="call", **call(ids[0]))
    switch.close()
    again = daemon.switch().open().hello()
    again.wait_for("welcome")
    again.ping()
    assert len(daemon.everything()) == 3
    again.snapshot([call(ids[2])])
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{ids[2]}"})
    again.snapshot([])
    again.close()


def test_a_snapshot_that_begins_twice_counts_from_its_last_begin(daemon, switch):
    ids = [switch.start(i_account=11) for _ in range(2)]
    listed(daemon, 2)
    switch.send(type="snapshot_begin")
    switch.send(type="call", **call(ids[0]))
    switch.snapshot([call(ids[1])])
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{ids[1]}"})


def test_an_end_of_a_snapshot_that_never_began_ends_nothing(daemon, switch):
    id = switch.start(i_account=11)
    await_row(daemon, id)
    switch.send(type="snapshot_end")
    switch.ping()
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    assert row(daemon, id)


def test_a_call_that_ends_while_the_snapshot_is_sent_is_over(daemon, switch):
    id, other = switch.start(i_account=11), switch.start(i_account=11)
    listed(daemon, 2)
    switch.send(type="snapshot_begin")
    switch.send(type="call", **call(id))
    switch.end(id)
    switch.send(type="call", **call(other))
    switch.send(type="snapshot_end")
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{other}"})


def test_calls_of_before_the_snapshot_that_it_takes_back_a_stage_stay_where_they_are(daemon, switch):
    id = switch.start("Connected", i_account=11)
    await_row(daemon, id)
    switch.snapshot([call(id, "ARComplete")])
    marker = switch.start(i_account=11)
    await_row(daemon, marker)
    await_row(daemon, id, CC_STATE="Connected")
