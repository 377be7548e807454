#include "transport/metrics/health.hpp"

#include <doctest/doctest.h>

namespace rollcall::metrics_health_test {

using namespace std::chrono_literals;

namespace {

readiness node_with(link_statuses links, std::chrono::milliseconds uptime = 1s) {
  readiness node;
  node.directory_loaded = true;
  node.links = std::move(links);
  node.uptime = uptime;
  node.ready_grace = 5s;
  return node;
}

link_status link(const char* name, bool connected, bool synced) {
  link_status status;
  status.name = switch_name{name};
  status.connected = connected;
  status.synced = synced;
  status.in_snapshot = connected && !synced;
  return status;
}

} // namespace

TEST_CASE("a node without a directory is not ready, however long it runs") {
  auto node = node_with({}, 1h);
  node.directory_loaded = false;
  const auto answer = render_readyz(node, false);
  CHECK(answer.status == 503);
  CHECK(answer.body == "not ready: the directory is not loaded\n");
}

TEST_CASE("a node that cannot tell the state of its links is not ready") {
  auto node = node_with({}, 1h);
  node.links_known = false;
  CHECK(render_readyz(node, false).status == 503);
}

TEST_CASE("a switch that has not connected is waited for until the grace has passed") {
  const link_statuses links{link("sbc-1", false, false)};
  const auto early = render_readyz(node_with(links, 4999ms), false);
  CHECK(early.status == 503);
  CHECK(early.body == "not ready: 1 switch has not connected yet\n");
  CHECK(render_readyz(node_with(links, 4999ms), true)
            .body.starts_with("not ready: switch sbc-1 has not connected yet\n"));
  CHECK(render_readyz(node_with(links, 5s), false).status == 200);
}

TEST_CASE("a switch in its first snapshot is waited for to its end") {
  const auto answer = render_readyz(node_with({link("sbc-1", true, false)}, 1h), false);
  CHECK(answer.status == 503);
  CHECK(answer.body == "not ready: 1 switch has not told all its calls yet\n");
}

TEST_CASE(
    "a switch that has synced once keeps the node ready, connected or not, and in a later snapshot too") {
  auto again = link("sbc-2", true, true);
  again.in_snapshot = true;
  CHECK(render_readyz(node_with({link("sbc-1", false, true), again}), false).status == 200);
}

TEST_CASE("a node without switches is ready at once") {
  const auto answer = render_readyz(node_with({}), false);
  CHECK(answer.status == 200);
  CHECK(answer.body == "ready\n");
}

TEST_CASE("every reason is told") {
  auto node = node_with({link("a", false, false), link("b", true, false), link("c", true, true)});
  node.directory_loaded = false;
  CHECK(render_readyz(node, false).body
        == "not ready: the directory is not loaded\n"
           "not ready: 1 switch has not connected yet\n"
           "not ready: 1 switch has not told all its calls yet\n");
  node.directory_loaded = true;
  node.links.push_back(link("d", false, false));
  node.links.push_back(link("e", true, false));
  CHECK(render_readyz(node, false).body
        == "not ready: 2 switches have not connected yet\n"
           "not ready: 2 switches have not told all their calls yet\n");
}

TEST_CASE("a page for one environment names none of the switches of another, and is as unready") {
  auto node = node_with({link("a", false, false), link("b", true, false), link("c", true, true)});
  node.shows = [](const switch_name& name) { return name == switch_name{"a"}; };
  const auto answer = render_readyz(node, true);
  CHECK(answer.status == 503);
  CHECK(answer.body
        == "not ready: switch a has not connected yet\n"
           "not ready: 1 switch has not told all its calls yet\n"
           "switch a: not connected, not synced, 0 calls, 0 unverified\n");
}

TEST_CASE("verbose tells which node answers, and of what version") {
  auto node = node_with({}, 1h);
  node.node = "node-a";
  node.version = "0.1.0";
  CHECK(render_readyz(node, true).body == "ready\nthis node: node-a, version 0.1.0\n");
  CHECK(render_readyz(node, false).body == "ready\n");
}

TEST_CASE("verbose tells the state of each switch in a line") {
  auto synced = link("sbc-1", true, true);
  synced.calls = 120;
  auto away = link("sbc-2", false, true);
  away.calls = 3;
  away.unverified = 3;
  CHECK(render_readyz(node_with({synced, away, link("sbc-3", true, false), link("sbc-4", false, false)}, 1h),
                      true)
            .body
        == "not ready: switch sbc-3 has not told all its calls yet\n"
           "switch sbc-1: connected, synced, 120 calls, 0 unverified\n"
           "switch sbc-2: not connected, synced, 3 calls, 3 unverified\n"
           "switch sbc-3: connected, in snapshot, 0 calls, 0 unverified\n"
           "switch sbc-4: not connected, not synced, 0 calls, 0 unverified\n");
}

TEST_CASE("a database that is away is told at once, and makes no node unready") {
  auto node = node_with({});
  node.source = directory_source{directory_source::state::away, timestamp{1'732'320'000s}};
  const std::string line =
      "directory: the database is away since 2024-11-23T00:00:00.000000Z, the directory in "
      "memory is served\n";
  CHECK(render_readyz(node, false).status == 200);
  CHECK(render_readyz(node, false).body == "ready\n" + line);
  CHECK(render_readyz(node, true).body == "ready\n" + line);
  node.source->state = directory_source::state::refused;
  CHECK(render_readyz(node, false).body
        == "ready\ndirectory: what the database holds is refused since 2024-11-23T00:00:00.000000Z, the "
           "directory from before is served\n");
}

TEST_CASE("verbose shows the state of a followed database") {
  auto node = node_with({});
  node.source = directory_source{directory_source::state::current, timestamp{1'732'320'000s}};
  CHECK(render_readyz(node, false).body == "ready\n");
  CHECK(render_readyz(node, true).body
        == "ready\ndirectory: as the database has it since 2024-11-23T00:00:00.000000Z\n");
}

TEST_CASE("an audit log that cannot be written is told at once, and makes no node unready") {
  auto node = node_with({});
  node.audit = audit_status{};
  CHECK(render_readyz(node, false).body == "ready\n");
  CHECK(render_readyz(node, true).body == "ready\naudit log: written, 0 bytes wait\n");
  node.audit->unwritable_since = timestamp{1'732'320'000s};
  node.audit->trouble = "database or disk is full";
  node.audit->waiting_bytes = 700;
  CHECK(render_readyz(node, false).status == 200);
  CHECK(render_readyz(node, false).body
        == "ready\naudit log: not written since 2024-11-23T00:00:00.000000Z, 700 bytes wait\n");
  CHECK(render_readyz(node, true).body
        == "ready\naudit log: not written since 2024-11-23T00:00:00.000000Z: database or disk is full, 700 "
           "bytes wait\n");
}

TEST_CASE("verbose shows that the audit log was lost and begun anew") {
  auto node = node_with({});
  node.audit = audit_status{};
  node.audit->begun_anew = timestamp{1'732'320'000s};
  node.audit->loss = "it was moved or deleted";
  CHECK(render_readyz(node, true).body
        == "ready\naudit log: written, 0 bytes wait; a new file was begun at 2024-11-23T00:00:00.000000Z: it "
           "was "
           "moved or deleted\n");
}

TEST_CASE("a process that answers is alive") {
  CHECK(render_livez(61'500ms).status == 200);
  CHECK(render_livez(61'500ms).body == "alive for 61 s\n");
}

TEST_CASE("verbose shows notes on switches, which make no node unready") {
  auto node = node_with({link("sbc-1", true, true)}, 1h);
  node.notes = {"switch kam-2: refused"};
  CHECK(render_readyz(node, false).body == "ready\n");
  const auto answer = render_readyz(node, true);
  CHECK(answer.status == 200);
  CHECK(answer.body.find("\nswitch kam-2: refused\n") != std::string::npos);
}

TEST_CASE("a switch whose snapshot was given up does not keep the node unready, and is told as such") {
  auto half = link("sbc-1", true, false);
  half.in_snapshot = false;
  half.given_up = true;
  const auto answer = render_readyz(node_with({half}, 1h), true);
  CHECK(answer.status == 200);
  CHECK(answer.body
        == "ready\nswitch sbc-1: connected, not synced, 0 calls, 0 unverified; its snapshot was incomplete "
           "or unreadable and was abandoned\n");
}

TEST_CASE("verbose shows a switch's trouble after its calls") {
  auto one = link("sbc-1", true, true);
  one.calls = 5;
  one.refused = 2;
  one.trouble = "two hosts use the name sbc-1";
  CHECK(render_readyz(node_with({one}), true).body
        == "ready\nswitch sbc-1: connected, synced, 5 calls, 0 unverified; 2 more calls are refused "
           "(feed.calls_per_switch); two hosts use the name sbc-1\n");
}

TEST_CASE("a node that is being drained is not ready and says so, and the others say it of it") {
  auto node = node_with({link("sbc-1", true, true)}, 1h);
  CHECK(render_readyz(node, false).status == 200);
  node.draining = true;
  const auto answer = render_readyz(node, false);
  CHECK(answer.status == 503);
  CHECK(answer.body == "not ready: the node is being drained\n");
  member_state other;
  other.name = "node-b";
  other.up = other.draining = true;
  node.nodes = {other};
  CHECK(render_readyz(node, true).body.find("node node-b: up") != std::string::npos);
  CHECK(render_readyz(node, true).body.find("is being drained") != std::string::npos);
}

TEST_CASE("a node without a directory is not ready, and says why") {
  auto node = node_with({});
  node.directory_loaded = false;
  const auto body = [&](enum directory_source::state state) {
    node.source = directory_source{state, timestamp{1'732'320'000s}};
    const auto answer = render_readyz(node, false);
    CHECK(answer.status == 503);
    return answer.body;
  };
  CHECK(body(directory_source::state::empty)
        == "not ready: no customers yet: rollcall init\n"
           "directory: the database holds no customers since 2024-11-23T00:00:00.000000Z\n");
  CHECK(
      body(directory_source::state::away).starts_with("not ready: the database of the directory is away\n"));
  CHECK(body(directory_source::state::refused)
            .starts_with("not ready: the directory in the database cannot be served\n"));
}

} // namespace rollcall::metrics_health_test
