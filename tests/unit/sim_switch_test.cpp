#include "apps/simulator/switch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::sim_switch_test {

using namespace std::chrono_literals;

namespace {

constexpr timestamp noon{1'732'320'000s};
constexpr std::size_t no_limit = std::string::npos;

sim_plan plan_of(std::uint32_t calls) {
  sim_plan plan;
  plan.run = "r";
  plan.calls = calls;
  plan.accounts = {account_id{3}, account_id{4}};
  plan.connections = {connection_id{1}};
  return plan;
}

// A text field of a line that sim_lines wrote; empty when it has none.
std::string field(std::string_view line, const std::string& key) {
  const auto begin = line.find('"' + key + "\":\"");
  if (begin == std::string_view::npos)
    return {};
  const auto value = begin + key.size() + 4;
  return std::string(line.substr(value, line.find('"', value) - value));
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What a node would know from the lines: the state of each call that has not ended.
std::map<std::string, std::string> mirror(const std::string& lines) {
  std::map<std::string, std::string> calls;
  for (const auto& line : split(lines)) {
    if (field(line, "type") == "end")
      REQUIRE(calls.erase(field(line, "id")) == 1);
    else if (field(line, "type") == "call")
      calls[field(line, "id")] = field(line, "state");
  }
  return calls;
}

std::map<std::string, std::string> truth_of(const sim_switch& model) {
  std::string text;
  model.append_truth(text);
  std::map<std::string, std::string> calls;
  for (const auto& line : split(text))
    calls[field(line, "id")] = field(line, "state");
  return calls;
}

// A call on hold that was let become Connected.
struct talking {
  talking() : talking(plan_of(1)) {}
  explicit talking(sim_plan plan) : model(held(std::move(plan))) {
    model.advance(10s, noon, &lines, no_limit);
    REQUIRE(field(split(lines).back(), "state") == "Connected");
    lines.clear();
  }
  static sim_plan held(sim_plan plan) {
    plan.hold = true;
    plan.connect_probability = 1;
    return plan;
  }
  sim_switch model;
  std::string lines;
};

} // namespace

TEST_CASE("sim switch: a disconnect of a call that never was is refused and changes nothing") {
  talking t;
  for (const auto* id : {"r-2", "r-0", "r-", "r-01", "r-1x", "", "other-1", "r-99999999999999999999999"}) {
    CAPTURE(id);
    t.lines.clear();
    t.model.disconnect(id, t.lines);
    CHECK(field(t.lines, "type") == "result");
    CHECK(t.lines.find(R"("ok":false)") != std::string::npos);
  }
  CHECK(t.model.totals().unknown == 8);
  CHECK(t.model.live() == 1);
}

TEST_CASE("sim switch: a disconnect of a call that has ended is refused even when its slot is taken again") {
  auto plan = plan_of(1);
  plan.rate = 1000;
  plan.mean_duration = 1ms;
  sim_switch model(plan);
  std::string lines;
  model.advance(60s, noon, &lines, no_limit);
  REQUIRE(model.totals().ended > 1);
  lines.clear();
  model.disconnect("r-1", lines);
  CHECK(field(lines, "message") == "no such call");
}

TEST_CASE("sim switch: a refusal is answered with a failed result and the call goes on") {
  auto plan = plan_of(1);
  plan.refuse_disconnect = 1;
  talking t(plan);
  t.model.disconnect("r-1", t.lines);
  CHECK(t.lines
        == R"({"type":"result","id":"r-1","ok":false,"message":"refused"})"
           "\n");
  CHECK(truth_of(t.model).at("r-1") == "Connected");
}

TEST_CASE("sim switch: an ignored disconnect has no answer at all") {
  auto plan = plan_of(1);
  plan.ignore_disconnect = 1;
  talking t(plan);
  t.model.disconnect("r-1", t.lines);
  t.model.advance(60s, noon, &t.lines, no_limit);
  CHECK(t.lines.empty());
  CHECK(t.model.totals().ignored == 1);
}

TEST_CASE("sim switch: an obeyed disconnect is Disconnecting at once and ends after the teardown delay") {
  talking t;
  t.model.disconnect("r-1", t.lines);
  CHECK(t.lines
        == R"({"type":"call","id":"r-1","state":"Disconnecting"})"
           "\n");
  t.lines.clear();
  t.model.disconnect("r-1", t.lines);
  CHECK_MESSAGE(t.lines.empty(), "asked again, it has nothing new to say");
  CHECK(t.model.totals().repeated == 1);
  t.model.advance(t.model.now() + 199ms, noon, &t.lines, no_limit);
  CHECK(t.lines.empty());
  t.model.advance(t.model.now() + 1ms, noon, &t.lines, no_limit);
  const auto lines = split(t.lines);
  CHECK(lines.front() == R"({"type":"end","id":"r-1","time":1732320000.000000})");
}

TEST_CASE("sim switch: a call that was to end by itself ends once when it is hung up before") {
  auto plan = plan_of(1);
  plan.connect_probability = 1;
  plan.rate = 0.001; // no second call in this test
  sim_switch model(plan);
  std::string lines;
  while (model.totals().connected == 0)
    model.advance(model.now() + 1ms, noon, &lines, no_limit);
  model.disconnect("r-1", lines);
  model.advance(500s, noon, &lines, no_limit);
  CHECK(model.totals().ended == 1);
  CHECK(mirror(lines).empty());
}

TEST_CASE("sim switch: what was planned for a call that was hung up does not happen to its successor") {
  auto plan = plan_of(1);
  plan.connect_probability = 1;
  plan.ring = 2s;
  plan.mean_duration = 1s;
  plan.teardown_delay = 0us;
  sim_switch model(plan);
  std::chrono::microseconds begun{0};
  for (int answered = 0; answered < 50;) {
    std::string text;
    model.advance(model.now() + 10ms, noon, &text, no_limit);
    for (const auto& line : split(text)) {
      if (field(line, "state") == "Idle")
        begun = model.now();
      if (field(line, "state") != "Connected")
        continue;
      REQUIRE(model.now() - begun >= plan.ring / 2);
      model.disconnect(field(line, "id"), text);
      ++answered;
    }
  }
}

TEST_CASE("sim switch: a call says what is known of it when it is known") {
  sim_switch model(talking::held(plan_of(1)));
  std::string text;
  model.advance(10s, noon, &text, no_limit);
  const auto lines = split(text);
  REQUIRE(lines.size() == 5);
  CHECK(field(lines[0], "state") == "Idle");
  CHECK(lines[0].find(R"("setup_time":1732320000.000000)") != std::string::npos);
  CHECK(lines[0].find("i_account") == std::string::npos);
  CHECK(lines[1] == R"({"type":"call","id":"r-1","state":"WaitAuth"})");
  CHECK(lines[2].find(R"("i_account":)") != std::string::npos);
  CHECK(lines[3].find(R"("i_connection":1)") != std::string::npos);
  CHECK(lines[4].find(R"("connect_time":1732320000.000000)") != std::string::npos);
}

TEST_CASE("sim switch: usernames replace numbers, quoted as JSON wants them") {
  auto plan = talking::held(plan_of(1));
  plan.usernames = {R"(a"b\c)"};
  plan.account_from_start = true;
  sim_switch model(plan);
  std::string text;
  model.advance(1us, noon, &text, no_limit);
  CHECK(text.find(R"("account":"a\"b\\c")") != std::string::npos);
  CHECK(text.find("i_account") == std::string::npos);
}

TEST_CASE("sim switch: the same seed makes the same lines, another seed makes others") {
  const auto lines_of = [](std::uint64_t seed) {
    auto plan = plan_of(50);
    plan.seed = seed;
    sim_switch model(plan);
    std::string lines;
    for (int i = 1; i <= 60; ++i)
      model.advance(i * 1s, noon + i * 1s, &lines, no_limit);
    return lines;
  };
  CHECK(lines_of(7) == lines_of(7));
  CHECK(lines_of(7) != lines_of(8));
}

TEST_CASE("sim switch: the calls do not depend on how often they are looked at") {
  const auto lines_of = [](std::chrono::microseconds step, std::size_t enough) {
    sim_switch model(plan_of(50));
    std::string all;
    for (auto until = step; until <= 60s; until += step)
      for (bool done = false; !done;) {
        std::string part;
        done = model.advance(until, noon, &part, enough);
        all += part;
      }
    return all;
  };
  CHECK(lines_of(60s, no_limit) == lines_of(5ms, 300));
}

TEST_CASE("sim switch: what its lines say is what it believes, and the number of calls is kept") {
  auto plan = plan_of(200);
  plan.rate = 500;
  plan.mean_duration = 2s;
  plan.refuse_disconnect = 0.2;
  plan.ignore_disconnect = 0.2;
  sim_switch model(plan);
  std::string lines;
  for (int i = 1; i <= 300; ++i) {
    model.advance(i * 100ms, noon, &lines, no_limit);
    if (i % 7 == 0)
      model.disconnect("r-" + std::to_string(i), lines);
    REQUIRE(model.live() <= 200);
  }
  CHECK(mirror(lines) == truth_of(model));
  CHECK(model.live() > 190);
  const auto& t = model.totals();
  CHECK(t.started == t.ended + model.live());
  CHECK(t.disconnects == t.obeyed + t.refused + t.ignored + t.repeated + t.unknown);
  CHECK(t.events + t.refused + t.unknown == split(lines).size());
}

TEST_CASE("sim switch: an id is never used twice") {
  auto plan = plan_of(20);
  plan.rate.reset();
  plan.mean_duration = 1s;
  sim_switch model(plan);
  std::string text;
  model.advance(120s, noon, &text, no_limit);
  std::set<std::string> begun;
  for (const auto& line : split(text))
    if (field(line, "state") == "Idle")
      CHECK(begun.insert(field(line, "id")).second);
  CHECK(begun.size() > 100);
}

TEST_CASE("sim switch: calls go on unheard, and a snapshot tells where they are") {
  auto plan = plan_of(100);
  plan.rate = 100;
  plan.mean_duration = 1s;
  sim_switch model(plan);
  model.advance(30s, noon, nullptr, 0);
  CHECK(model.totals().ended > 0);
  CHECK(model.totals().events == 0);
  std::string whole;
  CHECK(!model.append_snapshot(whole, 0, no_limit));
  CHECK(mirror(whole) == truth_of(model));
  SUBCASE("in pieces it is the same") {
    std::string pieces;
    for (std::optional<std::size_t> at = 0; at;) {
      std::string piece;
      at = model.append_snapshot(piece, *at, 1);
      pieces += piece;
    }
    CHECK(pieces == whole);
  }
}

TEST_CASE("sim switch: without a rate time runs as fast as lines are taken, and no faster") {
  auto plan = plan_of(1000);
  plan.rate.reset();
  sim_switch model(plan);
  std::string out;
  CHECK(!model.advance(std::chrono::microseconds::max(), noon, &out, 1000));
  CHECK(out.size() < 1500);
  const auto started = model.totals().started;
  CHECK(!model.advance(std::chrono::microseconds::max(), noon, &out, 1000));
  CHECK_MESSAGE(model.totals().started == started, "a full buffer stops time");
}

TEST_CASE("sim switch: the rate bounds how many calls begin") {
  auto plan = talking::held(plan_of(1000));
  plan.rate = 10;
  sim_switch model(plan);
  model.advance(10s, noon, nullptr, 0);
  CHECK(model.totals().started >= 100);
  CHECK(model.totals().started <= 101);
}

TEST_CASE("sim switch: after a full house new calls do not come in a burst") {
  auto plan = plan_of(10);
  plan.rate = 100;
  plan.hold = true;
  plan.connect_probability = 1;
  plan.teardown_delay = 0us;
  sim_switch model(plan);
  std::string lines;
  model.advance(100s, noon, &lines, no_limit);
  REQUIRE(model.live() == 10);
  for (int i = 1; i <= 10; ++i)
    model.disconnect("r-" + std::to_string(i), lines);
  model.advance(100s + 45ms, noon, &lines, no_limit);
  CHECK(model.live() == 5); // at 0, 10, 20, 30 and 40 ms
}

TEST_CASE("sim switch: once means that no call takes the place of one that has ended") {
  auto plan = talking::held(plan_of(10));
  plan.rate.reset();
  plan.once = true;
  sim_switch model(plan);
  std::string lines;
  model.advance(10s, noon, &lines, no_limit);
  REQUIRE(model.live() == 10);
  for (int i = 1; i <= 4; ++i)
    model.disconnect("r-" + std::to_string(i), lines);
  model.advance(20s, noon, &lines, no_limit);
  CHECK(model.live() == 6);
  CHECK(model.totals().started == 10);
}

TEST_CASE("sim switch: end_all ends every call once") {
  sim_switch model(talking::held(plan_of(10)));
  std::string lines;
  model.advance(10s, noon, &lines, no_limit);
  model.end_all(noon, &lines);
  CHECK(mirror(lines).empty());
  CHECK(model.live() == 0);
}

TEST_CASE("sim switch: odd text is hostile and still JSON") {
  auto plan = plan_of(1);
  plan.odd_text = 1;
  sim_switch model(plan);
  std::string line;
  model.advance(1us, noon, &line, no_limit);
  CHECK(line.find(R"("cli":"\u001b[31m<&]]>\"\u0000\u0007\\")") != std::string::npos);
}

} // namespace rollcall::sim_switch_test
