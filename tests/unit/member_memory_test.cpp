#include "domain/cluster/member_memory.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rollcall::member_memory_test {

namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::seconds{1'732'320'000}};
const node_id own{"node-a"};

std::vector<std::string> names_of(const member_memory& memory) {
  std::vector<std::string> names;
  for (const auto& one : memory.members())
    names.push_back(one.node);
  return names;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a member known by hearsay is remembered over a restart of who told of it") {
  member_memory teller;
  teller.met("node-c", "c:1", start);
  member_memory hearer;
  hearer.merge(teller.all(), own, start);
  teller = member_memory{}; // restarted, without its file
  hearer.merge(teller.all(), own, start + 1h);
  CHECK(names_of(hearer) == names{"node-c"});
  teller.merge(hearer.all(), node_id{"node-b"}, start + 1h);
  CHECK(names_of(teller) == names{"node-c"});
  CHECK(teller.members().front().address == "c:1");
}

TEST_CASE("a member is remembered for three days without being met") {
  member_memory memory;
  memory.met("node-c", "c:1", start);
  memory.expire(start + member_memory::kept);
  CHECK(memory.has("node-c"));
  memory.expire(start + member_memory::kept + 1s);
  CHECK_FALSE(memory.has("node-c"));
  // Nor does anybody else bring it back who remembers longer.
  memory.merge({{"node-c", "c:1", start.time_since_epoch().count(), 0}}, own,
               start + member_memory::kept + 1s);
  CHECK_FALSE(memory.has("node-c"));
}

TEST_CASE("a member that is to be forgotten stays so whoever tells of it, until it is met again") {
  member_memory memory;
  memory.met("node-c", "c:1", start);
  const auto before = memory.all();
  memory.forget("node-c", start + 1s);
  memory.merge(before, own, start + 2s);
  CHECK(names_of(memory).empty());
  member_memory other;
  other.merge(before, node_id{"node-b"}, start);
  other.merge(memory.all(), node_id{"node-b"}, start + 2s);
  CHECK(names_of(other).empty());
  memory.met("node-c", "c:2", start + 3s);
  CHECK(names_of(memory) == names{"node-c"});
  // Also where the clock of this node goes after that of who forgot it.
  memory.forget("node-c", start + 1h);
  memory.met("node-c", "c:2", start + 4s);
  CHECK(names_of(memory) == names{"node-c"});
}

TEST_CASE("what others remember is bounded, and times to come count as now") {
  member_memory memory;
  known_members many;
  for (int i = 0; i < 1'000; ++i)
    many.push_back({"node-" + std::to_string(i), "x:1", start.time_since_epoch().count(), 0});
  memory.merge(many, own, start);
  CHECK(memory.all().size() == member_memory::most);
  memory = {};
  memory.merge({{own.value(), "x:1", 1, 0},
                {"", "x:1", 1, 0},
                {std::string(member_memory::text_bytes + 1, 'x'), "x:1", 1, 0},
                {"node-z", std::string(member_memory::text_bytes + 1, 'x'), 1, 0}},
               own, start);
  CHECK(memory.all().empty());
  memory.merge({{"node-c", "c:1", INT64_MAX, 0}}, own, start);
  CHECK(memory.members().front().seen == start.time_since_epoch().count());
  memory.expire(start + member_memory::kept + 1s);
  CHECK_FALSE(memory.has("node-c"));
}

TEST_CASE("all nodes agree on the members, in any order of messages") {
  CHECK(rc::check([] {
    known_members told;
    for (int i = 0; i < 6; ++i)
      told.push_back({*rc::gen::element<std::string>("b", "c"), "x:1",
                      (start - std::chrono::seconds{*rc::gen::inRange(0, 5)}).time_since_epoch().count(),
                      *rc::gen::element<std::int64_t>(0, (start - 2s).time_since_epoch().count())});
    member_memory forwards;
    member_memory backwards;
    for (auto i = told.begin(); i != told.end(); ++i)
      forwards.merge({*i}, own, start);
    for (auto i = told.rbegin(); i != told.rend(); ++i)
      backwards.merge({*i}, own, start);
    RC_ASSERT(names_of(forwards) == names_of(backwards));
  }));
}

TEST_CASE("a change worth keeping is who is a member, and when it was met to the hour") {
  member_memory memory;
  CHECK_FALSE(memory.take_change());
  memory.met("node-c", "c:1", start);
  CHECK(memory.take_change());
  memory.met("node-c", "c:1", start + 1s);
  CHECK_FALSE(memory.take_change());
  memory.met("node-c", "c:1", start + 1h);
  CHECK(memory.take_change());
  memory.forget("node-c", start + 1h);
  CHECK(memory.take_change());
}

TEST_CASE(
    "a node that was forgotten is known as such by name and address until it is met, or another is there") {
  member_memory memory;
  memory.met("node-b", "b:1", start);
  CHECK_FALSE(memory.has_forgotten("node-b"));
  memory.forget("node-b", start + 1s);
  CHECK(memory.has_forgotten("node-b"));
  CHECK(memory.has_forgotten("b:1"));
  CHECK_FALSE(memory.has_forgotten("node-c"));
  member_memory hearer;
  hearer.merge(memory.all(), own, start + 1s);
  CHECK(hearer.has_forgotten("b:1"));
  memory.met("node-c", "b:1", start + 2s); // it took the place of the other
  CHECK_FALSE(memory.has_forgotten("b:1"));
  memory.met("node-b", "b:2", start + 3s);
  CHECK_FALSE(memory.has_forgotten("node-b"));
  CHECK_FALSE(memory.has_forgotten("b:2"));
  memory.forget("d:1", start); // a peer of the configuration that was never met
  CHECK(memory.has_forgotten("d:1"));
}

} // namespace rollcall::member_memory_test
