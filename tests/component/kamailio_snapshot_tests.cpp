#include "kamailio_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace rollcall;
using namespace rollcall::kamailio;
using namespace rollcall::kamailio::test;
using namespace std::chrono_literals;

namespace {

limits quick() {
  limits bounds;
  bounds.tick = 10ms;
  bounds.hole = 50ms;
  bounds.snapshot_pause = 1ms;
  return bounds;
}

/// The ids named between the beginning and the end of the first complete snapshot; none while there is none.
std::optional<std::vector<std::string>> first_snapshot(const switch_news& news) {
  std::vector<std::string> named;
  for (const auto& item : news) {
    if (std::holds_alternative<snapshot_begin>(item))
      named.clear();
    else if (const auto* call = std::get_if<call_event>(&item))
      named.push_back(call->id);
    else if (std::holds_alternative<snapshot_end>(item))
      return named;
  }
  return std::nullopt;
}

bool has_snapshot(const fake_link::attachment& it) { return first_snapshot(it.news).has_value(); }

std::size_t snapshots_in(const switch_news& news) {
  return static_cast<std::size_t>(std::count_if(
      news.begin(), news.end(), [](const auto& each) { return std::holds_alternative<snapshot_end>(each); }));
}

std::string list_of(const std::string& dialogs) {
  return R"({"jsonrpc":"2.0","result":[)" + dialogs + R"(],"id":0})";
}

/// A folder that is gone at the end.
struct folder {
  folder() {
    std::string name = std::filesystem::temp_directory_path() / "rollcall-dump-XXXXXX";
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

} // namespace

TEST_CASE("without an RPC address the list comes over the event socket, and live events beside it") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  REQUIRE(socket.receive());
  socket.send(call_frame(1, "1-1-9", "WaitRoute"));
  socket.send(end_frame(2, "1-1-2"));
  socket.send(answer_frame(0, "\"result\":[" + dialog_json("1", 1) + "," + dialog_json("1", 2) + ","
                                  + dialog_json("1", 3, 5) + "," + dialog_json("1", 4, 2) + "]"));
  REQUIRE(link.wait(has_snapshot));
  // 2 has ended before it was listed, 3 is over.
  CHECK(first_snapshot(link.at().news) == std::vector<std::string>{"1-1-9", "1-1-2", "1-1-1", "1-1-4"});
}

TEST_CASE("a list that fails, is cut short or is none ends no call, and is asked for again") {
  fake_link link;
  std::atomic<int> asked{0};
  rpc_server server{[&](const std::string&) -> std::string {
    switch (asked++) {
    case 0:
      return R"({"jsonrpc":"2.0","error":{"code":500,"message":"no memory"},"id":0})";
    case 1:
      return R"({"jsonrpc":"2.0","result":[)" + dialog_json("1", 1) + ",";
    case 2:
      return "";
    case 3:
      return "<html>";
    default:
      return list_of(dialog_json("1", 1));
    }
  }};
  node under_test{link, quick()};
  under_test.to.rpc = parse_rpc_url(server.url());
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == std::vector<std::string>{"1-1-1"});
  CHECK(under_test->counters().snapshots_failed == 4);
}

TEST_CASE("an RPC address where nobody is fails the snapshot only") {
  fake_link link;
  node under_test{link, quick()};
  under_test.to.rpc = rpc_url{{"127.0.0.1", "1"}, "/RPC"};
  under_test.connect();
  auto socket = under_test.greeted();
  socket.send(call_frame(1, "1-1-1", "WaitRoute"));
  CHECK(link.wait(
      [&](const auto& it) { return it.news.size() > 1 && under_test->counters().snapshots_failed > 1; }));
  CHECK(link.at().closed.empty());
}

TEST_CASE("a large list is delivered in pieces that the link works off") {
  fake_link link;
  constexpr std::uint32_t many = 5000;
  rpc_server server{[](const std::string&) {
    std::string dialogs;
    for (std::uint32_t i = 1; i <= many; ++i)
      dialogs += (i > 1 ? "," : "") + dialog_json("1", i);
    return list_of(dialogs);
  }};
  node under_test{link, quick()};
  under_test.to.rpc = parse_rpc_url(server.url());
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news)->size() == many);
  CHECK(link.at().deliveries > 4);
}

TEST_CASE("a dump is read from the shared folder, and removed") {
  const folder shared;
  const auto file = shared.path / "rollcall-kam-1.dialogs";
  std::ofstream{file} << "left over\n";
  fake_link link;
  rpc_server server{[&](const std::string& request) -> std::string {
    CHECK(request.find(file.string()) != std::string::npos);
    std::ofstream{file, std::ios::app} << dialog_json("1", 1) << '\n' << dialog_json("1", 2) << '\n';
    return R"({"jsonrpc":"2.0","result":{},"id":0})";
  }};
  node under_test{link, quick()};
  under_test.to.rpc = parse_rpc_url(server.url());
  under_test.to.dump_directory = shared.path;
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == std::vector<std::string>{"1-1-1", "1-1-2"});
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a dump that is cut short is no snapshot") {
  const folder shared;
  fake_link link;
  std::atomic<int> asked{0};
  rpc_server server{[&](const std::string&) -> std::string {
    const auto whole = dialog_json("1", 1);
    std::ofstream{shared.path / "rollcall-kam-1.dialogs"} << (asked++ == 0 ? whole.substr(0, 20) : whole);
    return R"({"jsonrpc":"2.0","result":{},"id":0})";
  }};
  node under_test{link, quick()};
  under_test.to.rpc = parse_rpc_url(server.url());
  under_test.to.dump_directory = shared.path;
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(asked == 2);
}

TEST_CASE("when the disk is not shared after all, or Kamailio refuses, the list is taken") {
  const folder shared;
  for (const auto* answer : {R"({"jsonrpc":"2.0","result":{},"id":0})",
                             R"({"jsonrpc":"2.0","error":{"code":500,"message":"no"},"id":0})"}) {
    fake_link link;
    rpc_server server{[&](const std::string& request) -> std::string {
      return request.find("dlg.list") != std::string::npos ? list_of(dialog_json("1", 7)) : answer;
    }};
    node under_test{link, quick()};
    under_test.to.rpc = parse_rpc_url(server.url());
    under_test.to.dump_directory = shared.path;
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    CHECK(first_snapshot(link.at().news) == std::vector<std::string>{"1-1-7"});
  }
}

TEST_CASE("a gap in the events, and the link's wish, bring a snapshot; so does the passing of time") {
  fake_link link;
  rpc_server server{[](const std::string&) { return list_of(""); }};
  node under_test{link, quick()};
  under_test.to.rpc = parse_rpc_url(server.url());
  SUBCASE("gap") {
    under_test.connect();
    auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    socket.send(call_frame(2, "1-1-1", "WaitRoute"));
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
    CHECK(under_test->counters().gaps == 1);
  }
  SUBCASE("wish") {
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    link.at().connection->resync();
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
  }
  SUBCASE("time") {
    under_test.to.snapshot_interval = 20ms;
    under_test.connect();
    const auto socket = under_test.greeted();
    CHECK(link.wait([](const auto& it) { return snapshots_in(it.news) >= 5; }));
  }
}
