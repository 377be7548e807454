#include "transport/switches/kamailio/snapshot_proof.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace rollcall::kamailio_snapshot_proof_test {

using namespace rollcall::kamailio;
using namespace std::chrono_literals;

namespace {

const snapshot_proof::moment start{};

/// Time goes on by a second from step to step, so that nothing is near anything else unless it is said so.
struct fixture {
  snapshot_proof::moment now = start;
  snapshot_proof proof{50ms};

  void begin() { proof.begin(now += 1s); }
  void count(std::uint64_t dialogs) { proof.counted(dialogs, now += 1s); }
  void list(const std::string& ids, bool reported = true) {
    for (const char id : ids)
      proof.listed(std::string{id}, reported);
  }
  void read() { proof.list_read(now += 1s); }
  void start_call(char id) { proof.started(std::string{id}, now += 1s); }
  void end_call(char id) { proof.ended(std::string{id}, now += 1s); }
  bool proved(bool end_marked = false) const { return proof.doubt(end_marked).empty(); }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a list without both counts proves nothing") {
  begin();
  CHECK_FALSE(proved());
  count(0);
  read();
  CHECK_FALSE(proved());
  count(0);
  CHECK(proved());
}

TEST_CASE_FIXTURE(fixture, "an empty list is proved by a count of nothing only") {
  begin();
  count(3);
  read();
  count(3);
  CHECK_FALSE(proved());
  CHECK_FALSE(proved(true));
}

TEST_CASE_FIXTURE(fixture, "calls that come and go while others are listed are accounted for, one by one") {
  begin();
  count(5);        // a b c d x
  end_call('x');   // before it would have been listed
  start_call('n'); // listed
  list("abcdn");
  end_call('a');   // after it was listed
  start_call('m'); // behind the list
  start_call('t'); // came and went
  end_call('t');
  read();
  SUBCASE("the numbers agree") {
    count(5); // b c d n m
    CHECK(proved());
  }
  SUBCASE("one more is there after") {
    count(6);
    CHECK_FALSE(proved());
  }
}

TEST_CASE_FIXTURE(fixture, "a list that lacks one call among many that come and go is not proved") {
  begin();
  count(5); // a b c d e
  for (const char id : std::string{"123456789"}) {
    start_call(id);
    end_call(id);
  }
  list("abcd");
  read();
  count(5);
  CHECK_FALSE(proved());
}

TEST_CASE_FIXTURE(fixture, "changes at the moment of a count may fall on either side of it, others may not") {
  begin();
  proof.started("a", now + 10ms);
  SUBCASE("before the first count") {
    count(1);
    list("a");
    read();
    count(1);
    CHECK(proved());
  }
  SUBCASE("but explain no more than themselves") {
    count(2);
    list("a");
    read();
    count(2);
    CHECK_FALSE(proved());
  }
}

TEST_CASE_FIXTURE(fixture, "an event just before the snapshot may be in its first count or not") {
  proof.ended("a", now);
  proof.begin(now + 10ms);
  count(1); // its end was on its way
  read();
  count(0);
  CHECK(proved());
}

TEST_CASE_FIXTURE(fixture,
                  "a call that has ended, and is kept by Kamailio for a while, is counted and listed") {
  begin();
  count(1);
  end_call('a');
  list("a", false);
  read();
  count(1);
  CHECK(proved());
}

TEST_CASE_FIXTURE(fixture, "a list that names more than there is is of something else") {
  begin();
  count(1);
  list("abc");
  read();
  count(1);
  CHECK_FALSE(proved());
}

TEST_CASE_FIXTURE(fixture, "dialogs without events may come and go beside a list that shows its end") {
  begin();
  count(2);
  list("a");
  list("x", false);
  read();
  count(3); // another one of those
  CHECK_FALSE(proved());
  CHECK(proved(true));
}

TEST_CASE_FIXTURE(fixture, "events may be late beside a list that shows its end") {
  begin();
  count(1);
  start_call('a'); // long ago, and told only now
  list("a");
  read();
  count(1);
  CHECK_FALSE(proved());
  CHECK(proved(true));
}

TEST_CASE_FIXTURE(fixture, "what was wrong with one source is not held against the next") {
  begin();
  proof.spoil("x");
  proof.spoil("y");
  CHECK(proof.doubt(false) == "x");
  begin();
  count(0);
  read();
  count(0);
  CHECK(proved());
}

} // namespace rollcall::kamailio_snapshot_proof_test
