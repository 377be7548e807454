#include "apps/rollcall/call_mirror.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace rollcall::cli::cli_call_mirror_test {

namespace {

class told {
public:
  explicit told(const std::vector<std::string_view>& messages = {R"({"type":"begin","resumed":false})"}) {
    for (const auto each : messages)
      (*this)(each);
  }

  told& operator()(std::string_view message) {
    mirror_.take(boost::json::parse({message.data(), message.size()}).as_object());
    return *this;
  }

  told& call(const std::string& id, int account, const std::string& state,
             const std::string& source = "sbc-1") {
    return (*this)(R"({"type":"call","call":{"ID":")" + id + R"(","I_ACCOUNT":)" + std::to_string(account)
                   + R"(,"CC_STATE":")" + state + R"(","SWITCH":")" + source + R"("}})");
  }

  /// `account total connected`, in their order.
  std::vector<std::string> rows() const {
    std::vector<std::string> all;
    for (const auto& row : mirror_.counted().rows)
      all.push_back(boost::json::serialize(row.at("i_account")) + ' '
                    + boost::json::serialize(row.at("total")) + ' '
                    + boost::json::serialize(row.at("connected")));
    return all;
  }

  const call_mirror* operator->() const { return &mirror_; }

private:
  call_mirror mirror_;
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("call_mirror: calls are counted by account, as the stats count them") {
  told it;
  it.call("a", 11, "WaitRoute").call("b", 11, "Connected").call("c", 12, "WaitAuth");
  CHECK(it.rows() == texts{"11 2 1"});
  it.call("c", 12, "Connected").call("d", 12, "ARComplete").call("e", 12, "ARComplete");
  CHECK(it.rows() == texts{"12 3 1", "11 2 1"});
  CHECK(it->counted().total == 5);
  CHECK(it->counted().connected == 2);
  it.call("b", 11, "Disconnecting").call("d", 13, "Connected"); // d has changed accounts
  CHECK(it.rows() == texts{"12 2 1", "11 1 0", "13 1 1"});
  it(R"({"type":"end","ID":"a"})")(R"({"type":"leave","ID":"d"})")(R"({"type":"end","ID":"never told"})");
  CHECK(it.rows() == texts{"12 2 1"});
}

TEST_CASE("call_mirror: a reset forgets everything, or the calls of a switch") {
  told it;
  it.call("a", 11, "Connected").call("b", 11, "Connected", "sbc-2")(R"({"type":"synced","complete":true})");
  CHECK(it->is_whole());
  it(R"({"type":"reset","why":"x","switch":"sbc-1"})");
  CHECK(it.rows() == texts{"11 1 1"});
  CHECK_FALSE(it->is_whole());
  it(R"({"type":"synced","switch":"sbc-1"})");
  CHECK(it->is_whole());
  it(R"({"type":"reset","why":"x"})");
  CHECK(it.rows().empty());
  CHECK_FALSE(it->is_whole());
  it(R"({"type":"synced","switch":"sbc-1"})");
  CHECK_FALSE(it->is_whole()); // only one switch of all
}

TEST_CASE("call_mirror: a stream that goes on keeps its calls, one from the beginning does not") {
  told it;
  it.call("a", 11, "Connected")(R"({"type":"synced","complete":true})");
  it(R"({"type":"begin","resumed":true})");
  CHECK(it.rows() == texts{"11 1 1"});
  CHECK(it->is_whole());
  it(R"({"type":"begin","resumed":false})");
  CHECK(it.rows().empty());
  CHECK_FALSE(it->is_whole());
}

TEST_CASE("call_mirror: what is missing is told beside the figures") {
  told it;
  it(R"({"type":"node","node_id":"node-b","state":"missing"})");
  it(R"({"type":"node","node_id":"node-c","state":"missing"})");
  it(R"({"type":"switch","switch":"sbc-1","state":"lost","node_id":"node-a"})");
  it(R"({"type":"switch","switch":"sbc-2","state":"connected","node_id":"node-a"})");
  it(R"({"type":"synced","complete":false})");
  auto gaps = it->counted().gaps;
  CHECK_FALSE(gaps.complete);
  CHECK(gaps.missing_nodes == "node-b, node-c");
  CHECK(gaps.unverified_switches == "sbc-1, sbc-2");
  it(R"({"type":"node","node_id":"node-b","state":"back"})");
  it(R"({"type":"switch","switch":"sbc-1","state":"verified","node_id":"node-a"})");
  it(R"({"type":"begin","resumed":true})")(R"({"type":"mark","complete":true})");
  gaps = it->counted().gaps;
  CHECK(gaps.complete);
  CHECK(gaps.missing_nodes.empty());
  CHECK(gaps.unverified_switches.empty());
}

TEST_CASE("call_mirror: what is no message is refused") {
  for (const auto* const bad :
       {R"({})", R"({"type":5})", R"({"type":"call"})", R"({"type":"call","call":[]})", R"({"type":"end"})",
        R"({"type":"call","call":{"ID":"a","I_ACCOUNT":"x","CC_STATE":"Connected","SWITCH":"s"}})",
        R"({"type":"call","call":{"I_ACCOUNT":1,"CC_STATE":"Connected","SWITCH":"s"}})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(told{{bad}}, command_error);
  }
}

TEST_CASE("call_mirror: ids may be texts, and what is new is passed over") {
  told it;
  it(R"({"type":"call","call":{"ID":"a","I_ACCOUNT":"11","CC_STATE":"Connected","SWITCH":"s","NEW":1}})");
  it(R"({"type":"quarantine","new":true})");
  CHECK(it.rows() == texts{"11 1 1"});
}

} // namespace rollcall::cli::cli_call_mirror_test
