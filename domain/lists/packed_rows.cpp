#include "domain/lists/packed_rows.hpp"

#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rollcall {

namespace {

// A batch is rows, one behind the other, without anything before, between and behind them. Numbers are
// little-endian, times are microseconds since the epoch.
//
//     row       u16     number of the switch: how many others came before it in the batch
//               ...     identity, when the batch has not had that switch before
//               i64     account, connection, customer
//               i64     setup, connect, end: 0 to the year 9999
//               u8      state
//               u8      symptoms, a bit for each; then a bit each: no media, hung up as asked by rollcall
//               u32     seconds since the epoch at which it was hung up; 0: not known
//               u16     length of each text, at most longest_text, in the order of call_record::text
//               ...     the texts; the first begins with the name of the switch and a colon
//     identity  i64     environment
//               u8, u8  length of name (1 to 32) and of node (1 to 64)
//               ...     name, of a-z 0-9 . _ -; node, of printable ASCII
//
// Which form this is, and whether two nodes speak the same, is for the version of the nodes' protocol to say.

using text = call_record::text;

/// A text of 4096 bytes, each of which had to be replaced by U+FFFD.
constexpr std::size_t longest_text = 3 * 4096;
constexpr std::size_t longest_name = 32;
constexpr std::size_t longest_node = 64;
constexpr std::size_t most_switches = 4096; ///< of one node; no more identities are kept for its sake

constexpr std::size_t row_bytes =
    6 * sizeof(std::int64_t) + 2 + sizeof(std::uint32_t) + call_record::text_count * sizeof(std::uint16_t);
constexpr std::uint8_t no_media_bit = symptoms::all_bits + 1;
constexpr std::uint8_t hang_up_asked_bit = 2 * no_media_bit;

constexpr std::size_t identity_bytes = sizeof(std::int64_t) + 2;

constexpr timestamp last_moment{std::chrono::seconds{253'402'300'799}}; // the last second of 9999

std::uint8_t bits_of(const call_row& row) {
  return static_cast<std::uint8_t>(row.shown_symptoms().bits() | (row.record->no_media() ? no_media_bit : 0)
                                   | (row.record->hang_up_asked() ? hang_up_asked_bit : 0));
}

std::uint32_t seconds_of(timestamp t) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count());
}

/// Writes where the caller has made sure that there is room.
class byte_writer {
public:
  explicit byte_writer(char* at) : at_(at) {}

  template <class Number>
  void number(Number value) {
    const auto bits = static_cast<std::make_unsigned_t<Number>>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      *at_++ = static_cast<char>(bits >> (8 * i));
  }

  void moment(timestamp value) {
    number(std::clamp(value, timestamp{}, last_moment).time_since_epoch().count());
  }

  void bytes(std::string_view value) {
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

private:
  char* at_;
};

/// Reads on where there are bytes enough.
class byte_reader {
public:
  explicit byte_reader(const char* at) : at_(at) {}

  template <class Number>
  Number number() {
    std::make_unsigned_t<Number> bits = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      bits |= static_cast<std::make_unsigned_t<Number>>(
          std::make_unsigned_t<Number>{static_cast<unsigned char>(*at_++)} << (8 * i));
    return static_cast<Number>(bits);
  }

  template <class Id>
  Id id() {
    return Id{number<std::int64_t>()};
  }

  timestamp moment() { return timestamp{std::chrono::microseconds{number<std::int64_t>()}}; }

private:
  const char* at_;
};

/// The longest beginning of a clean text that fits, whole characters only.
std::string_view cut(std::string_view value) {
  if (value.size() <= longest_text)
    return value;
  auto size = longest_text;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0U) == 0x80)
    --size;
  return value.substr(0, size);
}

bool is_switch_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

bool is_node_id(std::string_view node) {
  return std::all_of(node.begin(), node.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

void row_packer::pack(const call_row& row) {
  const auto& call = *row.record;
  if (batch_.empty())
    batch_.reserve(usual_bytes_);
  write_source(call.source());
  std::array<std::string_view, call_record::text_count> texts;
  std::size_t size = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = cut(call.get(static_cast<text>(i)));
    size += texts[i].size();
  }
  const auto begin = batch_.size();
  batch_.resize(begin + row_bytes + size);
  byte_writer to{batch_.data() + begin};
  to.number(call.account().value());
  to.number(call.connection().value());
  to.number(row.customer.value());
  to.moment(call.setup());
  to.moment(call.connect());
  to.moment(call.end());
  to.number(static_cast<std::uint8_t>(call.state()));
  to.number(bits_of(row));
  to.number(seconds_of(call.hung_up()));
  for (const auto& each : texts)
    to.number(static_cast<std::uint16_t>(each.size()));
  if (size == call.all_texts().size())
    to.bytes({texts.front().data(), size}); // they lie one behind the other
  else
    for (const auto& each : texts)
      to.bytes(each);
}

void row_packer::write_source(const switch_identity& source) {
  if (&source != last_) {
    const auto [found, added] = numbers_.try_emplace(&source, static_cast<std::uint16_t>(numbers_.size()));
    last_ = &source;
    last_number_ = found->second;
    if (added) {
      const auto name = std::string_view{source.name.value()}.substr(0, longest_name);
      const auto node = std::string_view{source.node.value()}.substr(0, longest_node);
      const auto begin = batch_.size();
      batch_.resize(begin + sizeof last_number_ + identity_bytes + name.size() + node.size());
      byte_writer to{batch_.data() + begin};
      to.number(last_number_);
      to.number(source.environment.value());
      to.number(static_cast<std::uint8_t>(name.size()));
      to.number(static_cast<std::uint8_t>(node.size()));
      to.bytes(name);
      to.bytes(node);
      return;
    }
  }
  const auto begin = batch_.size();
  batch_.resize(begin + sizeof last_number_);
  byte_writer{batch_.data() + begin}.number(last_number_);
}

std::string row_packer::take() {
  numbers_.clear();
  last_ = nullptr;
  usual_bytes_ = batch_.size();
  return std::exchange(batch_, {});
}

void row_unpacker::begin(std::string batch) {
  batch_ = std::move(batch);
  position_ = 0;
  refused_ = false;
  sources_.clear();
}

bool row_unpacker::next(record_ptr& record, customer_id& customer) {
  if (refused_)
    refuse("the batch is malformed");
  if (at_end())
    return false;
  call_record::foreign picture;
  picture.source = read_source();
  byte_reader in{take(row_bytes)};
  picture.account = in.id<account_id>();
  picture.connection = in.id<connection_id>();
  customer = in.id<customer_id>();
  for (auto* const moment : {&picture.setup, &picture.connect, &picture.end}) {
    *moment = in.moment();
    if (*moment < timestamp{} || *moment > last_moment)
      refuse("a time is out of range");
  }
  const auto state = in.number<std::uint8_t>();
  if (state >= call_state_count)
    refuse("there is no such state");
  picture.state = static_cast<call_state>(state);
  const auto bits = in.number<std::uint8_t>();
  if (bits >= 2 * hang_up_asked_bit)
    refuse("there is no such symptom");
  picture.symptoms = symptoms::of_bits(bits);
  picture.no_media = (bits & no_media_bit) != 0;
  picture.hang_up_asked = (bits & hang_up_asked_bit) != 0;
  picture.hung_up = in.number<std::uint32_t>();
  std::array<std::uint16_t, call_record::text_count> sizes;
  for (auto& size : sizes) {
    size = in.number<std::uint16_t>();
    if (size > longest_text)
      refuse("a text is too long");
  }
  for (std::size_t i = 0; i < sizes.size(); ++i)
    picture.texts[i] = {take(sizes[i]), sizes[i]};
  const auto& name = picture.source->name.value();
  const auto id = picture.texts.front();
  if (!id.starts_with(name) || id.substr(name.size(), 1) != ":")
    refuse("an ID is not one of its switch");
  record = call_record::from(picture);
  return true;
}

const switch_identity* row_unpacker::read_source() {
  const auto number = byte_reader{take(sizeof(std::uint16_t))}.number<std::uint16_t>();
  if (number > sources_.size())
    refuse("a switch has not been named");
  if (number == sources_.size())
    sources_.push_back(read_identity());
  return sources_[number];
}

const switch_identity* row_unpacker::read_identity() {
  const auto* const begin = take(identity_bytes);
  byte_reader in{begin};
  const auto environment = in.id<environment_id>();
  const std::size_t name_size = in.number<std::uint8_t>();
  const std::size_t node_size = in.number<std::uint8_t>();
  if (name_size == 0 || name_size > longest_name || node_size == 0 || node_size > longest_node)
    refuse("the name of a switch or node has a wrong length");
  const std::string_view name{take(name_size), name_size};
  const std::string_view node{take(node_size), node_size};
  if (!is_switch_name(name) || !is_node_id(node))
    refuse("the name of a switch or node has wrong characters");
  auto& known = known_[std::string{begin, identity_bytes + name_size + node_size}];
  if (!known) {
    if (known_.size() > most_switches)
      refuse("there are more switches than a node has");
    known = interned({switch_name{std::string{name}}, node_id{std::string{node}}, environment});
  }
  return known;
}

const char* row_unpacker::take(std::size_t bytes) {
  if (bytes > batch_.size() - position_)
    refuse("a row is torn");
  return batch_.data() + std::exchange(position_, position_ + bytes);
}

void row_unpacker::refuse(const char* why) {
  refused_ = true;
  throw malformed_rows{why};
}

} // namespace rollcall
