#include "domain/history/packed_minute.hpp"
#include "history_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace rollcall::packed_minute_test {

using namespace std::chrono_literals;
using testing::account_subject;
using testing::customer_subject;
using testing::row_of;
using testing::some_day;

namespace {

/// Rows of any subjects, with figures that so many moments may have.
figures_rows any_rows(std::uint64_t moments = 1) {
  const auto up_to = [](std::uint64_t least, std::uint64_t most) {
    return rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(least, 300),
                          rc::gen::inRange<std::uint64_t>(least, most + 1));
  };
  const auto calls = up_to(0, most_calls_at_once);
  const auto sum_of = [&](std::uint64_t max) {
    return *rc::gen::inRange<std::uint64_t>(0, max * moments + 1);
  };
  std::map<std::uint64_t, call_figures> by_key;
  for (const auto key :
       *rc::gen::container<std::vector<std::uint64_t>>(up_to(1, history_subject::largest_key))) {
    const auto total = *calls;
    const auto connected = *calls;
    by_key[key] = {total, sum_of(total), connected, sum_of(connected)};
  }
  figures_rows rows;
  for (const auto& [key, figures] : by_key)
    rows.push_back({history_subject::of_key(key), figures});
  return rows;
}

packed_minute minute_of(const figures_rows& rows) {
  return packed(counted_minute{some_day, all_moments, true, rows});
}

} // namespace

TEST_CASE("a minute is unpacked as it was packed") {
  CHECK(rc::check("for any rows", [] {
    const auto moments = static_cast<moment_mask>(*rc::gen::inRange(1, 64));
    const counted_minute minute{some_day + *rc::gen::inRange(0, 1000) * 60s, moments,
                                *rc::gen::arbitrary<bool>(), any_rows(count_of(moments))};
    const auto back = unpacked(packed(minute));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == minute);
  }));
}

TEST_CASE("a subject is found in the block in which it would be") {
  CHECK(rc::check("for any rows", [] {
    const auto rows = any_rows();
    const auto blocks = packed(rows);
    for (const auto& row : rows) {
      const auto after = std::upper_bound(blocks.begin(), blocks.end(), row.subject.key(),
                                          [](auto key, const auto& block) { return key < block.first; });
      RC_ASSERT(after != blocks.begin());
      RC_ASSERT(find_in(std::prev(after)->bytes, row.subject) == row.figures);
    }
  }));
}

TEST_CASE("a subject that has no row has had no calls") {
  const auto blocks = packed({row_of(account_subject(5), 1, 1), row_of(account_subject(7), 1, 1)});
  REQUIRE(blocks.size() == 1);
  for (const auto whose : {account_subject(6), account_subject(8), customer_subject(6)})
    CHECK(find_in(blocks[0].bytes, whose) == call_figures{});
}

TEST_CASE("in a damaged block nobody has had no calls") {
  const auto whole = packed({row_of(account_subject(5), 1, 1), row_of(account_subject(7), 1, 1)})[0].bytes;
  const auto cut = whole.substr(0, whole.size() - 1);
  CHECK(find_in(cut, account_subject(5)) == call_figures{1, 1, 1, 1}); // its row is whole
  for (const auto whose : {account_subject(6), account_subject(7), account_subject(8)})
    CHECK_FALSE(find_in(cut, whose));
  CHECK_FALSE(find_in(whole, account_subject(4))); // such a block is not looked at for it
  CHECK_FALSE(find_in({}, account_subject(5)));
  for (const auto byte : {'\0', '\x7f', '\xff'})
    CHECK_FALSE(find_in(std::string(60, byte), account_subject(5)));
}

TEST_CASE("accounts one after the other with a few calls take five bytes each") {
  figures_rows rows;
  for (std::int64_t id = 1; id <= 64; ++id)
    rows.push_back({account_subject(id), {20, 110, 15, 90}});
  REQUIRE(packed(rows).size() == 1);
  CHECK(packed(rows)[0].bytes.size() == 64 * 5);
}

TEST_CASE("bytes that are no rows are refused") {
  CHECK(rc::check("whatever they are", [] {
    auto minute = minute_of({});
    minute.blocks.push_back({*rc::gen::inRange<std::uint64_t>(0, 9), *rc::gen::string<std::string>()});
    if (const auto read = unpacked(minute))
      for (std::size_t i = 1; i < read->rows.size(); ++i)
        RC_ASSERT(read->rows[i - 1].subject < read->rows[i].subject);
  }));
  const auto whole = minute_of({row_of(account_subject(5), 1, 1)});
  auto cut = whole;
  cut.blocks[0].bytes.pop_back();
  CHECK_FALSE(unpacked(cut));
  auto empty = whole;
  empty.blocks[0].bytes.clear();
  CHECK_FALSE(unpacked(empty));
  auto elsewhere = whole;
  ++elsewhere.blocks[0].first;
  CHECK_FALSE(unpacked(elsewhere));
  auto twice = whole;
  twice.blocks.push_back(whole.blocks[0]);
  CHECK_FALSE(unpacked(twice));
  auto endless = whole;
  endless.blocks[0].bytes.assign(60, '\xff');
  CHECK_FALSE(unpacked(endless));
}

TEST_CASE("a minute that counts what cannot be is refused") {
  const auto counts = [](std::uint64_t key, const call_figures& figures) {
    return unpacked(minute_of({{history_subject::of_key(key), figures}})).has_value();
  };
  constexpr auto most = most_calls_at_once;
  CHECK(counts(history_subject::largest_key, {most, 6 * most, most, 6 * most}));
  CHECK_FALSE(counts(history_subject::largest_key + 1, {1, 1, 1, 1}));
  CHECK_FALSE(counts(UINT64_MAX, {1, 1, 1, 1}));
  CHECK_FALSE(counts(0, {1, 1, 1, 1}));
  CHECK_FALSE(counts(5, {most + 1, 1, 1, 1}));
  CHECK_FALSE(counts(5, {1, 7, 1, 1}));
  CHECK_FALSE(counts(5, {1, 1, UINT64_MAX, 1}));
  CHECK_FALSE(counts(5, {1, 1, 1, UINT64_MAX}));
}

TEST_CASE("a block has no more rows than it may, and no more are reserved than its bytes can hold") {
  figures_rows rows;
  for (std::int64_t id = 1; id <= 65; ++id)
    rows.push_back(row_of(account_subject(id), 1, 1));
  auto minute = minute_of(rows);
  REQUIRE(minute.blocks.size() == 2);
  REQUIRE(unpacked(minute));
  const std::string one_more{2, 1, 1, 1, 1}; // the next account, with a call
  minute.blocks.pop_back();
  minute.blocks[0].bytes += one_more;
  CHECK_FALSE(unpacked(minute));

  auto thin = minute_of({});
  for (std::int64_t id = 1; id <= 60; ++id)
    thin.blocks.push_back(packed({row_of(account_subject(id), 1, 1)})[0]);
  const auto read = unpacked(thin);
  REQUIRE(read);
  CHECK(read->rows.size() == 60);
  CHECK(read->rows.capacity() == 60);
}

TEST_CASE("what is no minute is refused") {
  const auto whole = minute_of({});
  REQUIRE(unpacked(whole));
  auto other = whole;
  other.start += 10s;
  CHECK_FALSE(unpacked(other));
  other = whole;
  other.moments = 0;
  CHECK_FALSE(unpacked(other));
  other.moments = 0b1000000;
  CHECK_FALSE(unpacked(other));
}

} // namespace rollcall::packed_minute_test
