#include "domain/base/text.hpp"
#include "domain/lists/packed_rows.hpp"
#include "row_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::packed_rows_test {

namespace {

std::vector<kept_row> arbitrary_rows() {
  std::vector<kept_row> rows;
  for (auto n = *rc::gen::inRange(0, 8); n > 0; --n)
    rows.push_back({arbitrary_record(std::to_string(n)), customer_id{*rc::gen::arbitrary<std::int64_t>()}});
  return rows;
}

std::vector<kept_row> unpacked(const std::string& batch) {
  row_unpacker unpacker;
  unpacker.begin(batch);
  std::vector<kept_row> rows;
  for (kept_row each; unpacker.next(each.record, each.customer);)
    rows.push_back(each);
  return rows;
}

/// Reads all of a batch of any bytes; what it has is fit for XML. True when it was well-formed.
bool reads_safely(const std::string& batch) {
  row_unpacker unpacker;
  unpacker.begin(batch);
  try {
    for (kept_row each; unpacker.next(each.record, each.customer);) {
      for (std::size_t i = 0; i < call_record::text_count; ++i)
        RC_ASSERT(is_clean(each.record->get(call_record::text(i))));
      RC_ASSERT(is_clean(each.record->local_id()));
      RC_ASSERT(each.record->setup() >= timestamp{});
    }
    return true;
  } catch (const malformed_rows&) {
    CHECK_FALSE(unpacker.at_end());
    record_ptr record;
    customer_id customer;
    CHECK_THROWS_AS(unpacker.next(record, customer), malformed_rows);
    return false;
  }
}

kept_row sample_row() {
  call_event event;
  event.id = "944";
  event.state = call_state::connected;
  event.setup = event.connect = timestamp{std::chrono::seconds{1'732'320'000}};
  event.account = account_id{3};
  event.texts.set(call_text::cli, "10545");
  return {call_record::first(switch_of("sbc-1"), event), customer_id{1}};
}

std::string replaced(std::string in, std::string_view what, std::string_view with) {
  return in.replace(in.find(what), what.size(), with);
}

} // namespace

TEST_CASE("a batch that ends within a row is refused") {
  const auto batch = packed({sample_row()});
  for (std::size_t size = 1; size < batch.size(); ++size)
    CHECK_FALSE(reads_safely(batch.substr(0, size)));
}

TEST_CASE("an ID that is not one of its switch is refused") {
  const auto batch = packed({sample_row()});
  REQUIRE(reads_safely(batch));
  CHECK_FALSE(reads_safely(replaced(batch, "sbc-1:944", "sbc-2:944")));
  CHECK_FALSE(reads_safely(replaced(batch, "sbc-1:944", "sbc-1_944")));
}

TEST_CASE("names of switches and nodes that no configuration can have are refused") {
  const auto batch = packed({sample_row()});
  CHECK_FALSE(reads_safely(replaced(replaced(batch, "sbc-1", "SBC-1"), "sbc-1:", "SBC-1:")));
  CHECK_FALSE(reads_safely(replaced(batch, "node-a", "node\na")));
  CHECK_FALSE(reads_safely(replaced(batch, "node-a",
                                    "node\x80"
                                    "a")));
}

TEST_CASE("texts of another node are cleaned before they come into a list") {
  const auto rows = unpacked(replaced(packed({sample_row()}), "10545",
                                      "1\xFF\x01"
                                      "45"));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].record->get(call_record::text::cli)
        == "1\xEF\xBF\xBD\xEF\xBF\xBD"
           "45");
}

TEST_CASE("a text that is broken over two fields is cleaned in both") {
  call_event event;
  event.id = "1";
  event.setup = timestamp{std::chrono::seconds{1}};
  event.texts.set(call_text::cli, "ab");
  event.texts.set(call_text::cld, "cd");
  const kept_row row{call_record::first(switch_of("sbc-1"), event), customer_id{1}};
  const auto rows = unpacked(replaced(packed({row}), "abcd",
                                      "a\xC3\xA4"
                                      "d"));
  CHECK(rows[0].record->get(call_record::text::cli) == "a\xEF\xBF\xBD");
  CHECK(rows[0].record->get(call_record::text::cld)
        == "\xEF\xBF\xBD"
           "d");
}

TEST_CASE("a text longer than any that a switch can make is cut between two characters") {
  call_event event;
  event.id = "1";
  event.setup = timestamp{std::chrono::seconds{1}};
  std::string umlauts = "x";
  for (int i = 0; i < 40'000; ++i)
    umlauts += "\xC3\xA4";
  event.texts.set(call_text::cli, umlauts);
  event.texts.set(call_text::cld, "4930");
  const auto rows = unpacked(packed({{call_record::first(switch_of("sbc-1"), event), customer_id{1}}}));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].record->get(call_record::text::cli) == umlauts.substr(0, 4091));
  CHECK(rows[0].record->get(call_record::text::cld) == "4930");
}

TEST_CASE("a switch is named once in a batch, and again in the next") {
  const auto row = sample_row();
  row_packer packer;
  packer.pack(row.row());
  const auto first = packer.size();
  packer.pack(row.row());
  CHECK(packer.size() - first + std::string{"sbc-1node-a"}.size() + 10 == first);
  const auto batch = packer.take();
  CHECK(packer.size() == 0);
  packer.pack(row.row());
  CHECK(packer.take() == batch.substr(0, first));
}

TEST_CASE("an unpacker that met a bad batch reads the next one") {
  const auto batch = packed({sample_row()});
  row_unpacker unpacker;
  record_ptr record;
  customer_id customer;
  unpacker.begin(batch.substr(1));
  CHECK_THROWS_AS(unpacker.next(record, customer), malformed_rows);
  unpacker.begin(batch);
  CHECK(unpacker.next(record, customer));
  CHECK_FALSE(unpacker.next(record, customer));
}

TEST_CASE("a picture from another node has its own serial and the first revision") {
  const auto row = sample_row();
  const auto later = row.record->in_account(account_id{9});
  const auto read = unpacked(packed({{later, customer_id{1}}}));
  CHECK(read[0].record->serial() != later->serial());
  CHECK(read[0].record->revision() == 1);
  CHECK(&read[0].record->source() == &row.record->source());
  CHECK(read[0].record->local_id() == "944");
}

TEST_CASE("a hang-up and the symptoms of a call go to the other node") {
  symptoms all;
  all.add(symptom::age_over);
  all.add(symptom::disconnecting_over);
  const auto down = sample_row().record->disconnecting(timestamp{std::chrono::seconds{1'732'320'007}});
  const kept_row row{down->looked_at(all), customer_id{1}};
  const auto read = unpacked(packed({row}));
  REQUIRE(read.size() == 1);
  CHECK(tell_the_same(*read[0].record, *row.record));
  CHECK(read[0].record->hang_up_asked());
  CHECK(read[0].record->symptoms() == all);
}

TEST_CASE("a row of a list of suspect calls tells what the list found") {
  symptoms found;
  found.add(symptom::no_media);
  const auto kept = sample_row();
  auto row = kept.row();
  row.found = found;
  row_packer packer;
  packer.pack(row);
  const auto read = unpacked(packer.take());
  REQUIRE(read.size() == 1);
  CHECK(read[0].record->symptoms() == found);
}

TEST_CASE("rows come out as they went in") {
  CHECK(rc::check([] {
    const auto rows = arbitrary_rows();
    const auto read = unpacked(packed(rows));
    RC_ASSERT(read.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(tell_the_same(*read[i].record, *rows[i].record));
      RC_ASSERT(read[i].customer == rows[i].customer);
    }
  }));
}

TEST_CASE("no bytes break the reader of packed rows") {
  CHECK(rc::check([] {
    auto batch = packed(arbitrary_rows());
    for (auto n = *rc::gen::inRange(0, 6); n > 0 && !batch.empty(); --n) {
      const auto at = *rc::gen::inRange<std::size_t>(0, batch.size());
      switch (*rc::gen::inRange(0, 4)) {
      case 0:
        batch[at] = static_cast<char>(batch[at] ^ (1 << *rc::gen::inRange(0, 8)));
        break;
      case 1:
        batch[at] = *rc::gen::arbitrary<char>();
        break;
      case 2:
        batch.resize(at);
        break;
      default:
        batch.insert(at, *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
      }
    }
    // In memory of exactly its size, so that a sanitizer sees a byte too far.
    batch.shrink_to_fit();
    reads_safely(batch);
  }));
}

} // namespace rollcall::packed_rows_test
