#include "tests/unit/asterisk_recording.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace rollcall::asterisk_recordings_test {

using namespace std::chrono_literals;
using test::asterisk_player;
using test::asterisk_recording;

namespace {

struct example {
  std::string name;
  std::string calls; ///< two seconds after its last event
  std::string ended;
};

const std::vector<example> table = {
    {"16/att_refer",
     "9 801 4921100>901 - Connected: 9*\n"
     "11 901 901>15558888 carrier-a Connected: 12\n",
     ""},
    {"16/conf3",
     "20 801 49801>600 - Connected: 20*\n"
     "23 802 49802>600 - Connected: 23*\n"
     "24 803 49803>600 - Connected: 24*\n",
     ""},
    {"16/local_opt", "2 801 4921100>35550001 carrier-a Connected: 2* 5\n", ""},
    {"16/pickup",
     "13 801 4921100>901 - Connected: 13*\n"
     "15 903 903>740 - Connected: 15*\n",
     ""},
    {"16/redirect_both",
     "16 801 4921100>15550001 carrier-a Connected: 16*\n"
     "17 801 4921100>15550001 carrier-a Connected: 17\n",
     ""},
    {"22/302", "10 801 4921100>15550001 carrier-a Connected: 10* 14\n", ""},
    {"22/answered_call", "", "0 gone\n"},
    {"22/att_ivr", "39 801 4921100>901 - Connected: 39*\n", "41 gone\n"},
    {"22/att_local",
     "33 801 4921100>901 - Connected: 33*\n"
     "35 901 901>45558888 carrier-a Connected: 38\n",
     ""},
    {"22/att_refer",
     "29 801 4921100>901 - Connected: 29*\n"
     "31 901 901>15558888 carrier-a Connected: 32\n",
     ""},
    {"22/atxfer_dtmf", "3 801 4921100>735550001 carrier-a Connected: 4 7\n", "4 joined 3\n"},
    {"22/blind_by_callee", "26 801 4921100>901 carrier-a Connected: 26* 28\n", ""},
    {"22/blind_by_caller", "23 901 901>15550001 carrier-a Connected: 24 25\n", ""},
    {"22/bridge_ami",
     "92 801 111>710 - Connected: 92*\n"
     "93 802 222>710 - Connected: 93*\n",
     ""},
    {"22/busy", "", "4 gone\n"},
    {"22/cancel_before_answer", "", "2 gone\n"},
    {"22/conf3",
     "72 801 49801>600 - Connected: 72*\n"
     "75 802 49802>600 - Connected: 75*\n"
     "76 803 49803>600 - Connected: 76*\n",
     ""},
    {"22/dial_g", "99 801 4921100>735550001 carrier-a Connected: 99* 100\n", ""},
    {"22/dial_g_calleehang", "8 801 4921100>735550001 carrier-a Connected: 8*\n", ""},
    {"22/early_media_183", "", "9 gone\n"},
    {"22/failover_503_a_then_b", "", "6 gone\n"},
    {"22/fork_up", "96 801 4921100>725550001 carrier-b Connected: 96* 98\n", ""},
    {"22/hold_unhold", "81 801 4921100>15550001 carrier-a Connected: 81* 82\n", ""},
    {"22/ivr", "84 801 4921100>700 - Connected: 84*\n", ""},
    {"22/local_n", "", "15 gone\n"},
    {"22/local_opt", "19 801 4921100>35550001 carrier-a Connected: 19* 22\n", ""},
    {"22/local_optimised", "", "11 gone\n"},
    {"22/moh", "83 801 4921100>701 - Connected: 83*\n", ""},
    {"22/orig_app", "86 805 4930>15557777 carrier-a Connected: 86*\n", ""},
    {"22/orig_click", "87 901 4930>15556666 carrier-a Connected: 87* 88\n", ""},
    {"22/orig_local", "91 805 15556666>15556666 carrier-a Connected: 91*\n", ""},
    {"22/park_ami",
     "50 801 4921100>15550001 carrier-a Connected: 50*\n"
     "51 801 4921100>15550001 carrier-a Connected: 51\n",
     ""},
    {"22/park_pick",
     "52 801 4921100>15550001 carrier-a Connected: 52*\n"
     "54 903 903>801 - Connected: 54*\n"
     "53 801 4921100>15550001 carrier-a Connected: 53\n",
     ""},
    {"22/park_refer", "55 801 4921100>901 - Connected: 55*\n", ""},
    {"22/pickup",
     "0 801 4921100>901 - Connected: 0*\n"
     "2 903 903>740 - Connected: 2*\n",
     ""},
    {"22/preanswer", "85 801 4921100>650 - WaitRoute: 85*\n", ""},
    {"22/quarantined_call", "1 802 802>15550001 carrier-a Connected: 1* 2\n", "0 gone\n"},
    {"22/queue_local", "67 801 4921100>500 - Connected: 67* 71\n", ""},
    {"22/queue_pjsip", "62 801 4921100>500 - Connected: 62* 63\n", ""},
    {"22/queue_ring", "57 801 4921100>500 - ARComplete: 57* 58 61\n", ""},
    {"22/redirect_both",
     "44 801 4921100>15550001 carrier-a Connected: 44*\n"
     "45 801 4921100>15550001 carrier-a Connected: 45\n",
     ""},
    {"22/redirect_one", "42 801 4921100>15550001 carrier-a Connected: 42*\n", ""},
    {"22/redirect_ringing", "48 801 4921100>15550001 carrier-a Connected: 48*\n", ""},
};

} // namespace

TEST_CASE("asterisk: what is shown of each recording") {
  for (const auto& each : table) {
    CAPTURE(each.name);
    asterisk_player player;
    player.play(asterisk_recording{each.name}, false);
    player.passes(2s);
    CHECK(player.calls() == each.calls);
    CHECK(player.ended() == each.ended);
    CHECK(player.bad_lines() == 0);
  }
}

TEST_CASE("asterisk: a transfer within one account leaves one call") {
  for (const std::string name : {"16/att_refer", "22/att_refer", "22/att_local"}) {
    CAPTURE(name);
    asterisk_player player;
    player.play(asterisk_recording{name}.with("AccountCode: 901", "AccountCode: 801"), true);
    player.passes(2s);
    CHECK(player.graph().call_count() == 1);
    CHECK(player.graph().calls().front()->legs.size() == 2);
    CHECK(player.ended().find(" joined ") != std::string::npos);
  }
}

TEST_CASE("asterisk: a transfer gives nobody else's account to a channel that has none") {
  const auto without = asterisk_recording{"22/att_ivr"}.with("AccountCode: 801", "AccountCode: ");
  for (const auto lists : {false, true}) {
    asterisk_player player;
    player.play(without.with("RC_ACCOUNT=801", "RC_ACCOUNT="), lists);
    CHECK(player.calls() == "39 - 4921100>901 - Connected: 39*\n");
  }
}

TEST_CASE("asterisk: every recording is in the table") {
  std::set<std::string> files, names;
  for (const std::string version : {"16", "22"})
    for (const auto& each : std::filesystem::directory_iterator(std::string{ROLLCALL_SOURCE_DIR}
                                                                + "/tests/data/asterisk/" + version))
      files.insert(version + '/' + each.path().stem().string());
  for (const auto& each : table)
    names.insert(each.name);
  CHECK(files == names);
}

TEST_CASE("asterisk: how the bytes are cut makes no difference") {
  for (const auto& each : table) {
    CAPTURE(each.name);
    asterisk_player player{7};
    player.play(asterisk_recording{each.name}, false);
    player.passes(2s);
    CHECK(player.calls() == each.calls);
  }
}

TEST_CASE("asterisk: a snapshot of what is known changes nothing") {
  for (const auto& each : table) {
    CAPTURE(each.name);
    asterisk_player player;
    player.play(asterisk_recording{each.name}, true);
    player.passes(2s);
    CHECK(player.calls() == each.calls);
    CHECK(player.ended() == each.ended);
  }
}

TEST_CASE("asterisk: a list alone shows the same legs in the same accounts' calls as all events") {
  for (const auto& each : table) {
    const asterisk_recording all{each.name};
    asterisk_player heard, listed;
    heard.play(all.up_to_last_list(), false);
    listed.play_as_snapshot(all.last_list());
    heard.passes(2s);
    listed.passes(2s);
    if (all.last_list().messages().empty())
      continue;
    CAPTURE(each.name);
    CHECK(listed.partition() == heard.partition());
  }
}

} // namespace rollcall::asterisk_recordings_test
