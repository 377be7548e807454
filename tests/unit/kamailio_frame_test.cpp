#include "transport/switches/kamailio/answer.hpp"
#include "transport/switches/kamailio/frame.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace rollcall::kamailio_frame_test {

using namespace rollcall::kamailio;

namespace {

const timestamp arrival{std::chrono::seconds{1'795'492'667}};

frame read(std::string_view payload) { return frame_reader{}.read(payload, arrival); }

template <class T>
T read_as(std::string_view payload) {
  auto said = read(payload);
  auto* found = std::get_if<T>(&said);
  REQUIRE_MESSAGE(found, payload);
  return std::move(*found);
}

} // namespace

TEST_CASE("a frame that makes no sense is bad, and says why") {
  for (const auto& [payload, reason] : {
           std::pair{R"({"type":"call","seq":1,"cld":"a"b"})", "not JSON"},
           {R"({"type":"pong"})", "seq is required"},
           {R"({"type":"pong","seq":-1})", "seq is required"},
           {R"({"type":"pong","seq":"1"})", "seq is required"},
           {R"({"type":"hello","seq":0})", "run is required"},
           {R"({"type":"end","seq":1})", "id is required"},
           {R"({"type":"call","seq":1,"id":"1-2-3","state":"Up"})", "state"},
           {R"({"type":"call","seq":1,"id":"1-2-3","state":"Idle","hex":true,"cli":"zz"})", "hexadecimal"},
           {R"({"type":"rpc","error":"refused by rollcall.cfg"})", "refused by rollcall.cfg"},
           {R"({"type":"rpc","answer":})", "not JSON"},
           {R"({"type":"rpc","answer":{}})", "without the number"},
           {R"({"type":"rpc","answer":{"jsonrpc":"2.0","result":{},"id":1.5}})", "without the number"},
       })
    CHECK_MESSAGE(read_as<bad_frame>(payload).reason.find(reason) != std::string::npos, payload);
}

TEST_CASE("a field of no use costs the field, and is told beside the call") {
  const auto said = read_as<call_report>(
      R"({"type":"call","seq":1,"id":"1-2-3","state":"Idle","i_connection":"x","cli":"801","setup_time":[]})");
  CHECK(said.event.texts.get(call_text::cli) == "801");
  CHECK_FALSE(said.event.connection);
  CHECK(said.bad_fields.size() == 2);
  CHECK(said.bad_fields[0].reason.find("1-2-3") != std::string::npos);
}

TEST_CASE("frames of others on a shared event socket are foreign, not bad") {
  for (const auto* payload :
       {"", "{", "[]", "{}", "OK", R"({"type":"what","seq":1})", R"({"type":"ping","seq":1})",
        R"({"type":5})", R"({"event":"CGR_AUTH_REQUEST","tr_index":"1","cgr_account":"1001"})"})
    CHECK_MESSAGE(std::holds_alternative<foreign_frame>(read(payload)), payload);
}

TEST_CASE("a hello names the run and the newest event") {
  const auto said =
      read_as<hello>(R"({"type":"hello","version":1,"switch":"kam-1","run":"1795492667753","seq":7})");
  CHECK(said.run == "1795492667753");
  CHECK(said.seq == 7);
}

TEST_CASE("a call says what an object of the feed says, and how to refuse it") {
  const auto said = read_as<call_report>(
      R"({"type":"call","seq":3,"state":"Connected","id":"1795492667753-13748-42857","setup_time":1795492667.824313,)"
      R"("caller_media_ip": "127.0.1.1", "i_connection": 1, "direction": "vendor", "account": "801", "cld": "1555",)"
      R"( "cli": "801", "transaction": "31337:1", "from_tag": "x", "call_id": "1@h","connect_time":1795492668.332477,"callee_media_ip":"127.0.2.2"})");
  CHECK(said.seq == 3);
  CHECK(said.transaction == "31337:1");
  const auto& event = said.event;
  CHECK(event.id == "1795492667753-13748-42857");
  CHECK(event.state == call_state::connected);
  CHECK(event.received == arrival);
  CHECK(event.setup == timestamp{std::chrono::microseconds{1'795'492'667'824'313}});
  CHECK(event.connect == timestamp{std::chrono::microseconds{1'795'492'668'332'477}});
  CHECK(event.connection == connection_id{1});
  CHECK(event.texts.get(call_text::account_name) == "801");
  CHECK(event.texts.get(call_text::sip_call_id) == "1@h");
  CHECK(event.texts.get(call_text::cli) == "801");
  CHECK(event.texts.get(call_text::cld) == "1555");
  CHECK(event.texts.get(call_text::caller_media_ip) == "127.0.1.1");
  CHECK(event.texts.get(call_text::callee_media_ip) == "127.0.2.2");
  CHECK(event.texts.get(call_text::direction) == "vendor");
}

TEST_CASE("texts in hexadecimal arrive as the bytes that were dialled, and the others as they are") {
  const auto said = read_as<call_report>(
      R"({"type":"call","seq":1,"state":"WaitRoute","id":"1-2-3","setup_time":1795492667.8,"hex":true,"call_id":"3140","transaction":"31337:1",)"
      R"("cli":"636166e9","cld":"","account":"383031","direction":"","caller_media_ip":"31","callee_media_ip":"127.0.2.2"})");
  CHECK(said.event.texts.get(call_text::cli) == "caf\xe9");
  CHECK(said.event.texts.get(call_text::cld) == "");
  CHECK(said.event.texts.get(call_text::account_name) == "801");
  CHECK(said.event.texts.get(call_text::sip_call_id) == "1@");
  CHECK(said.event.texts.get(call_text::callee_media_ip) == "127.0.2.2");
  CHECK(said.transaction == "31337:1");
}

TEST_CASE("addresses are plain beside texts in hexadecimal") {
  const auto said = read_as<call_report>(
      R"({"type":"call","seq":1,"state":"WaitRoute","id":"1-2-3","setup_time":1,"hex":true,"cli":"e9","caller_media_ip":"127.0.1.1"})");
  CHECK(said.event.texts.get(call_text::caller_media_ip) == "127.0.1.1");
  CHECK(said.event.texts.get(call_text::cli) == "\xe9");
}

TEST_CASE("an invalid transaction id is refused") {
  for (const auto* text : {R"("")", R"("1@host")", "7", "null"})
    CHECK(read_as<call_report>(
              R"({"type":"call","seq":3,"state":"ARComplete","id":"1-2-3","setup_time":1,"transaction":)"
              + std::string{text} + "}")
              .transaction.empty());
}

TEST_CASE("an end is the event of a dead call") {
  const auto said = read_as<call_report>(R"({"type":"end","seq":4,"id":"1-2-3","time":1795492668.5})");
  CHECK(said.event.state == call_state::dead);
  CHECK(said.event.ended == timestamp{std::chrono::milliseconds{1'795'492'668'500}});
}

TEST_CASE("an answer says what became of its request") {
  const auto done = read_as<rpc_answer>(R"({"type":"rpc","answer":{"jsonrpc":"2.0","result":{},"id":9}})");
  CHECK(done.request == 9);
  CHECK(done.code == 0);
  const auto failed = read_as<rpc_answer>(
      R"({"type":"rpc","answer":{"jsonrpc":"2.0","error":{"code":404,"message":"Dialog not found"},"id":8}})");
  CHECK(failed.request == 8);
  CHECK(failed.code == 404);
  CHECK(failed.message == "Dialog not found");
}

TEST_CASE("an answer without result and without a proper error is a failure") {
  for (const auto* json :
       {"", "x", "[]", "{}", R"({"id":1})", R"({"error":null})", R"({"error":{"code":0}})",
        R"({"error":{"code":4294967296},"id":1})", R"({"error":{"code":-18446744069414584320},"id":1})"})
    CHECK_MESSAGE(outcome_of(json).code != 0, json);
}

TEST_CASE("an answer is read as JSON, however jsonrpcs spells it") {
  const std::string pretty =
      "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"id\":\t9,\n\t\"result\":\t{\n\t\t\"id\":\t5\n\t}\n}";
  const auto done = read_as<rpc_answer>(R"({"type":"rpc","answer":)" + pretty + "}");
  CHECK(done.request == 9);
  CHECK(done.code == 0);
  const auto failed = read_as<rpc_answer>("{\"type\":\"rpc\",\"answer\":{\n\t\"id\":\t8,\n\t\"error\":\t{"
                                          "\n\t\t\"code\":\t404,\n\t\t\"message\":\t\"no\"\n\t}\n}}");
  CHECK(failed.request == 8);
  CHECK(failed.code == 404);
  CHECK(failed.message == "no");
}

TEST_CASE("an answer keeps its text, for whoever asked for a list") {
  const std::string payload = R"({"type":"rpc","answer":{"jsonrpc":"2.0","result":[{"id":5}],"id":0}})";
  const auto said = read(payload);
  const auto* answer = std::get_if<rpc_answer>(&said);
  REQUIRE(answer);
  CHECK(answer->request == 0);
  CHECK(answer->json == R"({"jsonrpc":"2.0","result":[{"id":5}],"id":0})");
}

TEST_CASE("a pong tells what the script has left out, and without that it is an old one") {
  CHECK(read_as<pong>(R"({"type":"pong","seq":7,"faults":""})").faults.empty());
  CHECK(read_as<pong>(R"({"type":"pong","seq":7,"faults":"a\nb"})").faults == "a\nb");
  CHECK(read_as<pong>(R"({"type":"pong","seq":7})").faults.find("rollcall.cfg") != std::string::npos);
}

} // namespace rollcall::kamailio_frame_test
