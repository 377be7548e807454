#include "kamailio_snapshot_fixture.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace rollcall::kamailio_snapshot_test {

using namespace rollcall::kamailio;
using namespace rollcall::kamailio::snapshot_fixture;

TEST_CASE("without an RPC address the list comes over the event socket, and live events beside it") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  auto request = socket.receive();
  REQUIRE(request);
  const auto frame = [](const std::string& answer) { return R"({"type":"rpc","answer":)" + answer + "}"; };
  socket.send(frame(answer_to(*request, R"({"all":3})")));
  request = socket.receive();
  REQUIRE(request);
  socket.send(call_frame(1, "1-1-9", "WaitRoute"));
  socket.send(end_frame(2, "1-1-2"));
  socket.send(frame(answer_to(*request, list_of({dialog_json("1", 1), dialog_json("1", 2),
                                                 dialog_json("1", 3, 5), dialog_json("1", 4, 2)}))));
  request = socket.receive();
  REQUIRE(request);
  socket.send(frame(answer_to(*request, R"({"all":3})")));
  REQUIRE(link.wait(has_snapshot));
  // 2 has ended before it was listed, 3 is over, 9 has come since.
  CHECK(first_snapshot(link.at().news) == ids{"1-1-9", "1-1-2", "1-1-1", "1-1-4"});
}

TEST_CASE("an event that comes in one read with the last answer of a snapshot is told before its end") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  const auto netstring = [](const std::string& payload) {
    return std::to_string(payload.size()) + ':' + payload + ',';
  };
  kamailio_answers answers{calls({1})};
  for (int i = 0; i < 2; ++i) {
    const auto request = socket.receive();
    REQUIRE(request);
    socket.send(R"({"type":"rpc","answer":)" + answers(*request) + "}");
  }
  const auto request = socket.receive();
  REQUIRE(request);
  answers.counted = 1;
  socket.send_raw(netstring(call_frame(1, "1-1-2", "Connected"))
                  + netstring(R"({"type":"rpc","answer":)" + answers(*request) + "}"));
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
}

TEST_CASE("answers that jsonrpcs indents are understood, in pieces of any size") {
  fake_link link;
  auto answers = kamailio_answers{calls({1, 2})};
  answers.list = "[\n\t\t" + dialog_json("1", 1) + ",\t\n\t\t" + dialog_json("1", 2) + "\n\t]";
  node under_test{link, quick()};
  const auto pretty = [&](const std::string& request) {
    const auto flat = answers(request);
    const std::string begin = R"({"jsonrpc":"2.0","result":)";
    const auto end = flat.rfind(",\"id\":");
    return "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t" + flat.substr(begin.size(), end - begin.size())
           + ",\n\t\"id\":\t" + std::to_string(number_of(request)) + "\n}";
  };
  SUBCASE("over the event socket") {
    under_test.connect();
    auto socket = under_test.greeted();
    for (int i = 0; i < 3; ++i) {
      const auto request = socket.receive();
      REQUIRE(request);
      socket.send(R"({"type":"rpc","answer":)" + pretty(*request) + "}");
    }
    REQUIRE(link.wait(has_snapshot));
  }
  SUBCASE("over RPC") {
    rpc_server server{pretty};
    under_test.to.rpc = net::parse_http_url(server.url());
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
  }
  CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
  CHECK(under_test->counters().snapshots_failed == 0);
}

TEST_CASE(
    "a list over RPC that does not prove to be all dialogs ends no call, and the event socket is asked") {
  struct situation {
    const char* what;
    std::function<std::string(const std::string&)> list; ///< answer to dlg.list
    snapshot_failure reason;
  };
  const auto result = [](const std::string& json) {
    return [json](const std::string& request) { return answer_to(request, json); };
  };
  const auto text = [](const std::string& answer) { return [answer](const std::string&) { return answer; }; };
  using enum snapshot_failure;
  for (const auto& [what, list, reason] : std::vector<situation>{
           {"null", result("null"), malformed},
           {"ok", result("\"ok\""), malformed},
           {"0", result("0"), malformed},
           {"an object", result("{}"), malformed},
           {"numbers", result("[1,2,3]"), malformed},
           {"a list in a list", result("[[]]"), malformed},
           {"foreign objects", result(R"([{"a":1},{"a":2}])"), malformed},
           {"a foreign object among dialogs", result("[" + dialog_json("1", 1) + R"(,{"a":2}])"), malformed},
           {"a dialog with senseless variables",
            result("[" + dialog_json("1", 1)
                   + R"(,{"h_entry":1,"h_id":2,"state":4,"variables":{"rc_call":"x"}}])"),
            malformed},
           {"the answer to another request", text(R"({"jsonrpc":"2.0","result":[],"id":0})"), malformed},
           {"an answer without a number", text(R"({"jsonrpc":"2.0","result":[]})"), malformed},
           {"another protocol", text("<html>"), malformed},
           {"nothing", text(""), cut_short},
           {"the beginning", text(R"({"jsonrpc":"2.0","result":[)" + dialog_json("1", 1) + ","), cut_short},
           {"an error",
            [](const std::string& request) {
              return R"({"jsonrpc":"2.0","error":{"code":500,"message":"no memory"},"id":)"
                     + std::to_string(number_of(request)) + "}";
            },
            refused},
           {"no dialog", result("[]"), unproved},
           {"one dialog less", result(list_of(calls({1}))), unproved},
           {"one dialog twice", result(list_of(calls({1, 1}))), unproved},
           {"one dialog more", result(list_of(calls({1, 2, 3}))), unproved},
       }) {
    CAPTURE(what);
    fake_link link;
    const kamailio_answers answers{calls({1, 2})};
    const auto& give_list = list; // GCC 12 captures no structured binding
    rpc_server server{[&answers, &give_list](const std::string& request) {
      return request.find("dlg.list") != std::string::npos ? give_list(request) : answers(request);
    }};
    node under_test{link, quick()};
    under_test.to.rpc = net::parse_http_url(server.url());
    under_test.connect();
    auto socket = under_test.greeted();
    give_snapshot(socket, answers);
    REQUIRE(link.wait(has_snapshot));
    CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
    CHECK(failures(under_test, dialog_source::list_over_rpc, reason) == 1);
    CHECK(under_test->counters().snapshots == 1);
    CHECK(under_test->counters().snapshots_failed == 0);
  }
}

TEST_CASE("when no source proves its list the switch is asked again, and nothing has ended meanwhile") {
  fake_link link;
  auto answers = kamailio_answers{calls({1, 2})};
  answers.list = "[]";
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket, answers);
  give_snapshot(socket, answers);
  CHECK(snapshots_in(link.at().news) == 0);
  answers.list.reset();
  give_snapshot(socket, answers);
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
  CHECK(under_test->counters().snapshots_failed == 2);
}

TEST_CASE("an RPC address without a server, or of another Kamailio, costs only a warning") {
  fake_link link;
  node under_test{link, quick()};
  auto stranger = kamailio_answers{calls({7})};
  stranger.run = "2";
  rpc_server server{stranger};
  auto reason = snapshot_failure::other_run;
  under_test.to.rpc = net::parse_http_url(server.url());
  SUBCASE("another Kamailio") {}
  SUBCASE("nobody") {
    under_test.to.rpc = net::http_url{{"127.0.0.1", "1"}, "/RPC"};
    reason = snapshot_failure::unreachable;
  }
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket, {calls({1})});
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == ids{"1-1-1"});
  CHECK(link.at().closed.empty());
  CHECK(failures(under_test, dialog_source::list_over_rpc, reason) == 1);
}

TEST_CASE("a Kamailio without rollcall.cfg at the RPC address is not asked for its dialogs") {
  fake_link link;
  std::atomic<bool> asked{false};
  rpc_server server{[&](const std::string& request) {
    asked = asked || request.find("dlg.") != std::string::npos;
    return R"({"jsonrpc":"2.0","error":{"code":500,"message":"No such htable"},"id":)"
           + std::to_string(number_of(request)) + "}";
  }};
  node under_test{link, quick()};
  under_test.to.rpc = net::parse_http_url(server.url());
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket, {calls({1})});
  REQUIRE(link.wait(has_snapshot));
  CHECK(failures(under_test, dialog_source::list_over_rpc, snapshot_failure::other_run) == 1);
  CHECK_FALSE(asked);
}

TEST_CASE("a large list is delivered in pieces that the link works off") {
  fake_link link;
  constexpr std::uint32_t many = 5000;
  kamailio_answers answers;
  for (std::uint32_t i = 1; i <= many; ++i)
    answers.dialogs.push_back(dialog_json("1", i));
  rpc_server server{answers};
  node under_test{link, quick()};
  under_test.to.rpc = net::parse_http_url(server.url());
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news)->size() == many);
  CHECK(link.at().deliveries > 4);
}

TEST_CASE("after a gap in the events the link hears of it at once, and of the end only of what is proved") {
  fake_link link;
  auto answers = kamailio_answers{calls({1})};
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket, answers);
  REQUIRE(link.wait(has_snapshot));
  socket.send(call_frame(5, "1-1-2", "WaitRoute"));
  answers.list = "[]";
  give_snapshot(socket, answers);
  REQUIRE(link.wait([](const auto& it) { return anew(it.news); }));
  CHECK(snapshots_in(link.at().news) == 1);
  answers = {calls({1, 2})};
  give_snapshot(socket, answers);
  CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
}

TEST_CASE("a gap in the events, a request of the link and the regular interval each start a snapshot") {
  fake_link link;
  rpc_server server{kamailio_answers{}};
  node under_test{link, quick()};
  under_test.to.rpc = net::parse_http_url(server.url());
  SUBCASE("gap") {
    under_test.connect();
    auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    socket.send(end_frame(2, "1-1-1"));
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
    CHECK(under_test->counters().gaps == 1);
  }
  SUBCASE("wish") {
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    link.at().connection->request_snapshot();
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
  }
  SUBCASE("time") {
    under_test.to.snapshot_interval = 20ms;
    under_test.connect();
    const auto socket = under_test.greeted();
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) >= 5; }));
  }
}

} // namespace rollcall::kamailio_snapshot_test
