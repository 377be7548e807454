#include "fuzz.hpp"
#include "tests/unit/leg_graph_fixture.hpp"
#include "transport/switches/asterisk/action.hpp"
#include "transport/switches/asterisk/ami_values.hpp"
#include "transport/switches/asterisk/channel_events.hpp"
#include "transport/switches/asterisk/channel_notes.hpp"
#include "transport/switches/common/line_splitter.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <variant>

// Bytes of AMI. However they are cut, they are the same events, which make the same calls; each leg is in one
// call at most; an id is told once, an account and times stay; and only what may be put into a command is a
// leg. Messages "Snapshot: begin | whole | cut" and "Wait: …" stand for what a driver does meanwhile, and of
// a call with legs of the corpus it knows from before. What is to be noted in a channel can be written, and
// is read as it was meant.

namespace {

using namespace rollcall;
using namespace rollcall::asterisk;
using fuzz::must;

struct session {
  session() {
    graph.remember({.id = "lab-1795869159.30/2",
                    .account = "801",
                    .owner = "lab-1795869159.29",
                    .legs = {"lab-1795869159.29", "lab-1795869159.30"}});
  }

  void read(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto space = splitter.space();
      const auto piece = bytes.substr(0, space.size());
      std::copy(piece.begin(), piece.end(), space.begin());
      splitter.added(piece.size());
      bytes.remove_prefix(piece.size());
      using found = switches::line_splitter::found;
      std::string_view line;
      for (auto what = splitter.next(line); what != found::none; what = splitter.next(line))
        if (what == found::too_long)
          reader.lost_line();
        else if (reader.take(line))
          take(reader.message());
    }
  }

  void take(const ami_event& event) {
    const auto snapshot = event.get("Snapshot");
    if (snapshot == "begin")
      begin_lists();
    else if (snapshot == "whole" || snapshot == "cut")
      end_lists(snapshot == "whole");
    else if (event.get("Event") == "CoreShowChannel")
      list(event);
    else if (event.get("Event") == "BridgeListItem")
      events.listed_bridge(event);
    else if (!event.get("Wait").empty())
      wait();
    else
      events.take(event, now);
    const auto changes = graph.take_changes();
    rows.take(changes); // throws at what must not be
    for (const auto& each : changes)
      if (const auto* changed = std::get_if<call_changed>(&each))
        notes.look(changed->call);
    write();
    check();
  }

  void begin_lists() {
    graph.snapshot_begin();
    notes.begin_lists();
  }

  void list(const ami_event& event) {
    notes.listed(event, now.wall);
    events.listed_channel(event);
  }

  void end_lists(bool whole) {
    notes.remember();
    graph.snapshot_end(whole, now);
    if (whole)
      notes.look_at_all();
  }

  void write() {
    while (const auto next = notes.next()) {
      must(is_addressable(next->leg), "a note is for a channel that can be named");
      must(!action_text("Setvar", "1", {{"Channel", next->leg}, {"Value", next->text}}).empty(),
           "a note is one line of AMI");
      const auto known = call_in(next->text, next->leg, now.wall);
      must(next->text.empty() || (known && known->id == graph.call_of(next->leg)->id),
           "a note names the call that its channel is in");
    }
  }

  void wait() {
    for (auto sweeps = 6; sweeps > 0; --sweeps) {
      now.steady += leg_graph::sweep_interval;
      now.wall += leg_graph::sweep_interval;
      graph.sweep(now);
    }
  }

  void check() const {
    std::size_t legs = 0;
    for (const auto* call : graph.calls())
      for (const auto& leg : call->legs) {
        ++legs;
        must(graph.has_leg(leg) && is_leg_id(leg), "a leg of a call is there, and may be named in a command");
        must(graph.call_of(leg) == call, "a leg is in one call");
      }
    must(legs <= graph.leg_count() && graph.leg_count() <= 64 && graph.bridge_count() <= 64,
         "tables are bounded");
  }

  std::string shown() const {
    std::string text;
    for (const auto* call : graph.calls()) {
      text +=
          call->id + '|' + call->owner + '|' + call->account + '|' + call->caller + '|' + call->callee + '|';
      for (const auto& leg : call->legs)
        text += leg + ' ';
      text += '\n';
    }
    return text;
  }

  channel_rules rules{.carriers = {"carrier-a"}};
  leg_graph graph{{.legs = 64, .bridges = 64, .tombstone = std::chrono::hours{24}}}; // for no id comes twice
  channel_events events{rules, graph};
  channel_notes notes{graph, 64};
  ami_reader reader;
  switches::line_splitter splitter{line_bytes};
  test::told_calls rows;
  leg_moment now{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                 timestamp{std::chrono::hours{500'000}}};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  session whole, pieces;
  whole.read(text);
  fuzz::in_pieces(text, [&](std::string_view piece) { pieces.read(piece); });
  must(whole.shown() == pieces.shown(), "the same bytes make the same calls");
  must(whole.reader.bad_lines() == pieces.reader.bad_lines(), "the same bytes have the same bad lines");
  return 0;
}
