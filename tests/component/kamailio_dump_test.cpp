#include "kamailio_snapshot_fixture.hpp"

#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace rollcall::kamailio_dump_test {

using namespace rollcall::kamailio;
using namespace rollcall::kamailio::snapshot_fixture;

TEST_CASE("a dump is read from the shared folder, and removed") {
  const folder shared;
  std::ofstream{shared.path / "rollcall-kam-1.dialogs"} << dialog_json("1", 9) << '\n';
  fake_link link;
  rpc_server server{kamailio_answers{calls({1, 2})}};
  node under_test{link, quick()};
  under_test.to.rpc = net::parse_http_url(server.url());
  under_test.to.dump_directory = shared.path;
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
  CHECK(std::distance(std::filesystem::directory_iterator{shared.path}, {}) == 1);
  CHECK(under_test->counters().snapshots == 1);
}

TEST_CASE("a dump that does not prove to be all dialogs ends no call, and a list is asked for") {
  struct situation {
    const char* what;
    std::function<void(std::ostream& file)> write;
    snapshot_failure reason;
  };
  const auto whole = dialog_json("1", 1) + '\n' + dialog_json("1", 2) + '\n';
  using enum snapshot_failure;
  for (const auto& [what, write, reason] : std::vector<situation>{
           {"empty: the disk was full", [](auto&) {}, unproved},
           {"cut at the end of a line", [&](auto& file) { file << dialog_json("1", 1) << '\n'; }, unproved},
           {"cut within a line", [&](auto& file) { file << whole.substr(0, whole.size() - 20); }, cut_short},
           {"of a run before, with as many calls but one",
            [&](auto& file) { file << dialog_json("0", 1) << '\n'; }, unproved},
           {"not of dialogs", [](auto& file) { file << "x\n"; }, malformed},
           {"of other objects", [](auto& file) { file << "{}\n{}\n"; }, malformed},
       }) {
    CAPTURE(what);
    const folder shared;
    fake_link link;
    auto answers = kamailio_answers{calls({1, 2})};
    answers.dump = [&write = write](const std::string& file) {
      std::ofstream out{file};
      write(out);
    };
    rpc_server server{answers};
    node under_test{link, quick()};
    under_test.to.rpc = net::parse_http_url(server.url());
    under_test.to.dump_directory = shared.path;
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    CHECK(first_snapshot(link.at().news) == ids{"1-1-1", "1-1-2"});
    CHECK(failures(under_test, dialog_source::dump_over_rpc, reason) == 1);
    CHECK(under_test->counters().snapshots_failed == 0);
    CHECK(std::filesystem::is_empty(shared.path));
  }
}

TEST_CASE("a dump of before is not taken for this one: each has a name of its own") {
  const folder shared;
  fake_link link;
  std::vector<std::string> names;
  auto answers = kamailio_answers{calls({1})};
  answers.dump = [&](const std::string& file) {
    names.push_back(file);
    if (names.size() == 2)
      return; // Kamailio could not write it, and does not say so
    std::ofstream{file} << dialog_json("1", 1) << '\n';
  };
  rpc_server server{answers};
  node under_test{link, quick()};
  under_test.to.rpc = net::parse_http_url(server.url());
  under_test.to.dump_directory = shared.path;
  under_test.connect();
  const auto socket = under_test.greeted();
  REQUIRE(link.wait(has_snapshot));
  std::ofstream{names.at(0)} << dialog_json("1", 1) << '\n'; // it comes back, from a copy of the folder
  link.at().connection->request_snapshot();
  REQUIRE(link.wait([](const auto& it) { return snapshots_in(it.news) == 2; }));
  CHECK(names.size() == 2);
  CHECK(names.at(0) != names.at(1));
  CHECK(failures(under_test, dialog_source::dump_over_rpc, snapshot_failure::unreachable) == 1);
}

TEST_CASE("when the disk is not shared after all, or Kamailio refuses to dump, the list is taken") {
  const folder shared;
  for (const bool refuses : {false, true}) {
    fake_link link;
    auto answers = kamailio_answers{calls({7})};
    answers.dump = [](const auto&) {};
    rpc_server server{[&](const std::string& request) -> std::string {
      if (refuses && request.find("dlg.dump_file") != std::string::npos)
        return R"({"jsonrpc":"2.0","error":{"code":500,"message":"no"},"id":)"
               + std::to_string(number_of(request)) + "}";
      return answers(request);
    }};
    node under_test{link, quick()};
    under_test.to.rpc = net::parse_http_url(server.url());
    under_test.to.dump_directory = shared.path;
    under_test.connect();
    const auto socket = under_test.greeted();
    REQUIRE(link.wait(has_snapshot));
    CHECK(first_snapshot(link.at().news) == ids{"1-1-7"});
    CHECK(failures(under_test, dialog_source::dump_over_rpc,
                   refuses ? snapshot_failure::refused : snapshot_failure::unreachable)
          == 1);
  }
}

} // namespace rollcall::kamailio_dump_test
