#include "domain/base/text.hpp"
#include "fuzz.hpp"
#include "news_text.hpp"
#include "transport/switches/kamailio/conversation.hpp"
#include "transport/switches/kamailio/netstring.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <vector>

// Bytes of Kamailio's event socket, which others share. However they are cut, they are the same frames;
// nothing but a call's own end says that it is over; an answer counts as done only when it holds a result and
// no error; and what is sent is netstrings of JSON, one command for each call at most.

namespace {

using namespace rollcall;
using namespace rollcall::kamailio;
using fuzz::must;

constexpr std::size_t bound = 4096;
const conversation::moment start{};
const timestamp arrival{std::chrono::seconds{1'795'492'667}};

struct stream {
  std::vector<std::string> frames;
  bool broken = false;
  friend bool operator==(const stream&, const stream&) = default;
};

template <class Cut>
stream read(std::string_view bytes, Cut cut) {
  using found = netstring_splitter::found;
  netstring_splitter splitter{bound};
  stream heard;
  cut(bytes, [&](std::string_view piece) {
    if (heard.broken)
      return;
    const auto space = splitter.space(piece.size());
    must(space.size() >= piece.size(), "there is room for what comes");
    std::copy(piece.begin(), piece.end(), space.begin());
    splitter.added(piece.size());
    std::string_view payload;
    auto what = splitter.next(payload);
    for (; what == found::payload; what = splitter.next(payload))
      heard.frames.emplace_back(payload);
    heard.broken = what == found::broken;
  });
  return heard;
}

stream read_whole(std::string_view bytes) {
  return read(bytes, [](std::string_view text, auto each) { each(text); });
}

void check_netstrings(const std::vector<std::string>& frames) {
  std::string written;
  for (const auto& each : frames)
    append_netstring(written, each);
  must(read_whole(written) == stream{frames}, "what was read can be written");
}

/// As Boost.JSON reads it; null for what it does not take.
boost::json::value json_of(std::string_view text) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::json::error_code ec;
  auto value = boost::json::parse({text.data(), text.size()}, ec, {}, options);
  return ec ? boost::json::value{} : value;
}

void check_answer(const rpc_answer& answer) {
  const auto value = json_of(answer.json);
  if (answer.code == 0 && value.is_object())
    must(value.get_object().contains("result"), "only a result is a success");
  const auto* error = value.is_object() ? value.get_object().if_contains("error") : nullptr;
  must(answer.code != 0 || !error || error->is_null(), "an error is no success");
}

void check_report(const call_report& said, std::string_view frame) {
  const auto value = json_of(frame);
  if (said.event.state != call_state::dead || !value.is_object())
    return;
  const auto* type = value.get_object().if_contains("type");
  const auto* state = value.get_object().if_contains("state");
  must((type && *type == "end") || (state && *state == "Dead"), "an end is said");
}

void check_news(const switch_news& news) {
  for (const auto& item : news) {
    must(!std::holds_alternative<snapshot_end>(item), "no frame ends a snapshot");
    if (const auto* call = std::get_if<call_event>(&item))
      must(!call->id.empty() && is_clean(call->id), "an id can be shown");
    if (const auto* bad = std::get_if<malformed_field>(&item))
      must(is_clean(bad->reason), "a reason can be shown");
    if (const auto* refused = std::get_if<refusal>(&item))
      must(is_clean(refused->message), "a message can be shown");
  }
}

void check_talk(const std::vector<std::string>& frames) {
  metrics counters;
  call_book book{limits{}.remember};
  conversation talk{limits{}, book, counters, start};
  talk.begin({"1795492667753", 0}, start);
  auto now = start;
  switch_news news;
  for (const auto& each : frames) {
    auto said = frame_reader{}.read(each, arrival);
    if (const auto* answer = std::get_if<rpc_answer>(&said))
      check_answer(*answer);
    if (const auto* bad = std::get_if<bad_frame>(&said))
      must(!bad->reason.empty() && is_clean(bad->reason), "a reason can be shown");
    if (const auto* report = std::get_if<call_report>(&said)) {
      check_report(*report, each);
      talk.hang_up(report->event.id);
      talk.hang_up(report->event.id);
    }
    talk.on_frame(std::move(said), now, news);
    std::string out;
    talk.write_pending(now, out, news);
    for (const auto& command : read_whole(out).frames)
      must(json_of(command).is_object(), "a command is JSON in a netstring");
    check_news(news);
    news.clear();
    now += limits{}.tick;
    talk.tick(now);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  const auto heard = read_whole(bytes);
  must(heard == read(bytes, [](std::string_view text, auto each) { fuzz::in_pieces(text, each); }),
       "frames are the same however they are cut");
  check_netstrings(heard.frames);
  check_talk(heard.frames);
  check_talk({std::string{bytes}});
  return 0;
}
