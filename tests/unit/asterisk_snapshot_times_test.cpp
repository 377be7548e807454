#include "transport/switches/asterisk/snapshot_times.hpp"
#include "transport/switches/asterisk/suspects.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace rollcall::asterisk_snapshot_times_test {

using namespace asterisk;
using namespace std::chrono_literals;

namespace {

struct fixture {
  explicit fixture(std::chrono::milliseconds interval = 60s) : it{limits{}, interval, now} {}

  /// Lists are taken as soon as they are due, and fail at once, for so long. Returns when each began, in
  /// seconds from the first.
  std::vector<int> failing_for(std::chrono::seconds time, const std::string& why = "forged") {
    std::vector<int> all;
    const auto from = now;
    for (; now < from + time; now += 250ms) {
      if (!it.due(now))
        continue;
      all.push_back(static_cast<int>(std::chrono::floor<std::chrono::seconds>(now - from).count()));
      it.begins(now);
      it.fails(now, why);
      it.doubt(); // and so it is while such a channel is up
    }
    return all;
  }

  snapshot_times::moment now{1h};
  snapshot_times it;
};

using seconds = std::vector<int>;

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "while lists fail for one reason Asterisk is asked ever less often, up to every 30 s") {
  CHECK(failing_for(125s) == seconds{0, 1, 3, 7, 15, 31, 61, 91, 121});
}

TEST_CASE_FIXTURE(fixture, "what may have changed the failure is looked at at once, and it begins anew") {
  failing_for(40s);
  CHECK_FALSE(it.due(now + 1s));
  SUBCASE("somebody wants to know, or who was suspected has gone") { it.want(); }
  SUBCASE("an order came") { it.ordered(); }
  CHECK(it.due(now + 1s));
  now += 1s;
  CHECK(failing_for(8s) == seconds{0, 1, 3, 7});
}

TEST_CASE_FIXTURE(fixture, "lists that fail for another reason are asked for again soon") {
  failing_for(40s);
  now += 30s;
  CHECK(failing_for(1s, "no answer in time") == seconds{0});
  CHECK(it.due(now));
}

TEST_CASE_FIXTURE(fixture,
                  "a doubt is looked at at once when lists were right before, and an order is none") {
  it.begins(now);
  it.ends(now);
  it.ordered();
  CHECK_FALSE(it.due(now + 59s));
  it.doubt();
  CHECK(it.due(now + 1s));
  CHECK_FALSE(it.due(now + 999ms));
}

TEST_CASE("an interval that is shorter than the waits is kept") {
  CHECK(fixture{2s}.failing_for(9s) == seconds{0, 1, 3, 5, 7});
}

TEST_CASE("of suspected channels the newest are remembered, until they have gone") {
  suspects all;
  all.add("");
  all.add(std::string(suspects::name_bytes + 1, 'x'));
  CHECK(all.size() == 0);
  for (std::size_t i = 0; i < suspects::most + 1; ++i) {
    all.add("PJSIP/801-" + std::to_string(i));
    all.add("PJSIP/801-" + std::to_string(i));
  }
  CHECK(all.size() == suspects::most);
  CHECK_FALSE(all.remove("PJSIP/801-0"));
  CHECK(all.remove("PJSIP/801-1"));
  CHECK_FALSE(all.remove("PJSIP/801-1"));
}

} // namespace rollcall::asterisk_snapshot_times_test
