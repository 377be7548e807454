#include "domain/base/text.hpp"
#include "fuzz.hpp"
#include "transport/switches/common/object_splitter.hpp"
#include "transport/switches/kamailio/conversation.hpp"
#include "transport/switches/kamailio/snapshot_answer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <vector>

// What Kamailio answers when it is asked for its dialogs, or writes to a file. However it is cut, the dialogs
// in it are the same; what is taken for a whole list has lost none of them; one that makes no sense, or a
// count that differs, proves nothing.

namespace {

using namespace rollcall;
using namespace rollcall::kamailio;
using fuzz::must;
namespace json = boost::json;

constexpr std::size_t bound = 4096;
constexpr std::size_t depth_in_file = 0;
constexpr std::size_t depth_in_list = 2;
constexpr std::uint64_t request = 7;
const conversation::moment start{};
const timestamp arrival{std::chrono::seconds{1'795'492'667}};

struct answer {
  std::vector<std::string> objects;
  std::string skeleton;
  bool whole = false;
  friend bool operator==(const answer&, const answer&) = default;
};

template <class Cut>
answer read(std::string_view text, std::size_t depth, Cut cut) {
  switches::object_splitter splitter{depth, bound};
  answer heard;
  bool broken = false;
  cut(text, [&](std::string_view piece) {
    broken =
        broken || !splitter.feed(piece, [&](std::string_view each) { heard.objects.emplace_back(each); });
  });
  heard.whole = !broken && splitter.complete();
  if (heard.whole)
    heard.skeleton = splitter.skeleton();
  return heard;
}

answer read(std::string_view text, std::size_t depth) {
  const auto whole = read(text, depth, [](std::string_view all, auto each) { each(all); });
  must(whole == read(text, depth, [](std::string_view all, auto each) { fuzz::in_pieces(all, each); }),
       "dialogs are the same however they are cut");
  return whole;
}

json::value json_of(std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  json::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  return ec ? json::value{} : value;
}

/// All that the answer lists is among what the splitter has found.
void check_complete(std::string_view text, const answer& heard) {
  const auto value = json_of(text);
  if (!value.is_object())
    return;
  const auto* list = value.get_object().if_contains("result");
  must(list && list->is_array(), "what is taken for a list is one");
  std::vector<std::string> found;
  for (const auto& each : heard.objects)
    found.push_back(json::serialize(json_of(each)));
  for (const auto& each : list->get_array()) {
    const auto at = std::find(found.begin(), found.end(), json::serialize(each));
    must(at != found.end(), "no dialog is lost");
    found.erase(at);
  }
}

void check_dialogs(const answer& heard, dialog_source source) {
  metrics counters;
  call_book book{limits{}.remember};
  conversation talk{limits{}, book, counters, start};
  talk.begin({"1795492667753", 0}, start);
  switch_news news;
  talk.snapshot_begins(start, news);
  talk.snapshot_source_begins(start, news);
  std::uint64_t up = 0;
  bool bad = false;
  bool unseen = false; // comes and goes without events: of a text that shows its own end it proves no harm
  talk.snapshot_counted(heard.objects.size(), start);
  dialog_reader reader{"1795492667753"};
  for (const auto& each : heard.objects) {
    auto said = reader.read(each, arrival);
    const auto* none = std::get_if<no_call>(&said);
    up += none && none->over ? 0 : 1;
    unseen = unseen || (none && !none->over);
    if (const auto* wrong = std::get_if<bad_dialog>(&said)) {
      bad = true;
      must(!wrong->reason.empty() && is_clean(wrong->reason), "a reason can be shown");
    }
    talk.snapshot_says(std::move(said), start, news);
  }
  talk.snapshot_read(start);
  talk.snapshot_counted(heard.objects.size(), start);
  const auto doubt = talk.snapshot_doubt(source);
  must(!bad || doubt, "a dialog that makes no sense proves nothing");
  must(up == heard.objects.size() || doubt || (unseen && !is_dump(source)),
       "fewer dialogs than are counted prove nothing");
  must(std::none_of(news.begin(), news.end(),
                    [](const auto& x) { return std::holds_alternative<snapshot_end>(x); }),
       "a list does not end a snapshot by itself");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto listed = read(text, depth_in_list);
  if (listed.whole && !error_of(listed.skeleton, request) && is_list_of_objects(listed.skeleton))
    check_complete(text, listed);
  check_dialogs(listed, dialog_source::list_over_rpc);
  check_dialogs(read(text, depth_in_file), dialog_source::dump_over_rpc);
  const auto error = error_of(text, request);
  must(!error || !error->text.empty(), "an error says why");
  must(!error || is_clean(error->text), "a reason can be shown");
  dialogs_counted(text);
  run_told(text);
  return 0;
}
