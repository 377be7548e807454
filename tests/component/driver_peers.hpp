#pragma once

#include "asterisk_fixture.hpp"
#include "feed_fixture.hpp"
#include "kamailio_fixture.hpp"
#include "toy_driver.hpp"
#include "transport/switches/registry/dialled_kinds.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// The other end of each driver, scripted, for the suite that every driver has to pass. A peer connects and
/// is attached when it is made. Calls have numbers; how they are named is the peer's.
namespace rollcall::driver_suite {

using feed::testing::fake_link;

class feed_peer {
public:
  explicit feed_peer(fake_link& link) : server_(link), connected_(feed::testing::welcomed(server_)) {}

  static std::string id(int call) { return std::to_string(call); }
  std::string call(int number) {
    return R"({"type":"call","id":")" + id(number) + R"(","state":"Connected","setup_time":1732320000.5})"
           + "\n";
  }
  std::string end(int number) { return R"({"type":"end","id":")" + id(number) + "\"}\n"; }
  static std::string garbage() { return "no line of ours\n"; }
  void send(std::string_view bytes) { connected_->send(bytes); }

  /// Names calls; nothing says yet that these are all.
  void begin_snapshot(const std::vector<int>& calls) {
    send("{\"type\":\"snapshot_begin\"}\n");
    for (const auto each : calls)
      send(call(each));
  }

  /// These were all, and so many of them are up by now.
  void end_snapshot(std::size_t) { send("{\"type\":\"snapshot_end\"}\n"); }

  /// What it is told to do next; none when the connection ends.
  std::optional<std::string> told() { return connected_->line(); }

  /// The call that it is told next to hang up.
  std::string told_to_hang_up() {
    const auto line = told().value_or("");
    const std::string before = R"({"type":"disconnect","id":")";
    return line.starts_with(before)
               ? line.substr(before.size(), line.find('"', before.size()) - before.size())
               : line;
  }

  bool closed() {
    while (told()) {
    }
    return true;
  }

  void leave() { connected_.reset(); }
  void come_back() { connected_ = feed::testing::welcomed(server_, ++epoch_); }

private:
  feed::testing::running_server server_;
  std::uint64_t epoch_ = 1;
  std::unique_ptr<feed::testing::client> connected_;
};

class kamailio_peer {
public:
  explicit kamailio_peer(fake_link& link) : node_(link, quick()) {
    node_.connect();
    come_back();
  }

  static std::string id(int call) { return "1-1-" + std::to_string(call); }
  std::string call(int number) {
    return netstring(kamailio::testing::call_frame(++seq_, id(number), "Connected"));
  }
  std::string end(int number) { return netstring(kamailio::testing::end_frame(++seq_, id(number))); }
  static std::string garbage() { return netstring("no frame of ours"); }
  void send(std::string_view bytes) { socket_->send_raw(bytes); }

  void begin_snapshot(const std::vector<int>& calls) {
    kamailio::testing::kamailio_answers answers;
    for (const auto each : calls)
      answers.dialogs.push_back(kamailio::testing::dialog_json("1", static_cast<std::uint32_t>(each)));
    answer(answers); // how many there are
    answer(answers); // and which
  }

  void end_snapshot(std::size_t up) {
    kamailio::testing::kamailio_answers answers;
    answers.counted = up;
    answer(answers);
  }

  std::optional<std::string> told() { return socket_->receive(); }

  std::string told_to_hang_up() {
    while (const auto command = told()) {
      if (command->find("dlg.end_dlg") == std::string::npos)
        continue; // it asks for a snapshot when it likes
      socket_->send(kamailio::testing::answer_frame(kamailio::testing::number_of(*command)));
      const std::string before = R"("params":[1,)";
      const auto from = command->find(before);
      return from == std::string::npos ? *command : id(std::stoi(command->substr(from + before.size())));
    }
    return {};
  }

  bool closed() {
    while (told()) {
    }
    return true;
  }

  void leave() { socket_.reset(); }
  void come_back() { socket_.emplace(node_.greeted("1", seq_)); }

private:
  void answer(const kamailio::testing::kamailio_answers& answers) {
    const auto request = told();
    REQUIRE(request);
    socket_->send(R"({"type":"rpc","answer":)" + answers(*request) + "}");
  }

  static kamailio::limits quick() {
    kamailio::limits bounds;
    bounds.tick = std::chrono::milliseconds{10};
    bounds.snapshot_pause = std::chrono::milliseconds{1};
    return bounds;
  }
  static std::string netstring(const std::string& payload) {
    return std::to_string(payload.size()) + ':' + payload + ',';
  }

  kamailio::testing::node node_;
  std::uint64_t seq_ = 0;
  std::optional<kamailio::testing::event_socket> socket_;
};

class asterisk_peer {
public:
  explicit asterisk_peer(fake_link& link) : link_(link), node_(link, seldom()) {
    node_.script([](auto& script) { script.whole = false; });
    node_.connect();
    come_back();
  }

  static std::string id(int call) { return "1732320000." + std::to_string(call); }
  std::string call(int number) {
    return asterisk::testing::event_text("Newchannel", asterisk::testing::channel_headers(id(number)));
  }
  std::string end(int number) {
    node_.script(
        [&](auto& script) { std::erase(script.channels, asterisk::testing::channel_headers(id(number))); });
    return asterisk::testing::event_text("Hangup", asterisk::testing::channel_headers(id(number)));
  }
  static std::string garbage() {
    return "neither a name nor a value\r\nEvent: Newchannel\r\nChannel: PJSIP/801-1\r\nUniqueid: a "
           "b\r\n\r\n\r\n";
  }
  void send(std::string_view bytes) { connected_->send(bytes); }

  /// At first it lists them with a wrong number of them.
  void begin_snapshot(const std::vector<int>& calls) {
    node_.script([&](auto& script) {
      for (const auto each : calls)
        script.channels.push_back(asterisk::testing::channel_headers(id(each)));
    });
    ask();
  }

  void end_snapshot(std::size_t) {
    node_.script([](auto& script) { script.whole = true; });
    ask();
  }

  std::string told_to_hang_up() {
    while (auto action = connected_->told())
      if (action->at("Action") == "Hangup")
        return action->at("Channel");
    return {};
  }

  bool closed() { return connected_->closed(); }
  void leave() { connected_.reset(); }
  void come_back() {
    connected_ = node_.next();
    REQUIRE(connected_->listed(1));
  }

private:
  /// It asks for lists when it connects, and when it is told to.
  static asterisk::limits seldom() {
    auto bounds = asterisk::testing::node::quick();
    bounds.snapshot_again = bounds.snapshot_retry = std::chrono::hours{1};
    return bounds;
  }
  void ask() { link_.at(link_.size() - 1).connection->request_snapshot(); }

  fake_link& link_;
  asterisk::testing::node node_;
  std::unique_ptr<asterisk::testing::manager> connected_;
};

class toy_peer {
public:
  explicit toy_peer(fake_link& link) : node_(io_, {testing::toy_kind()}, link.attach(), &system_now) {
    for (int i = 0; i < 2; ++i)
      threads_.emplace_back([this] { io_.run(); });
    node_.set({{"toy",
                switch_name{"toy-1"},
                {"127.0.0.1", std::to_string(listening_.port())},
                {{"colour", "red"}}}});
    come_back();
  }
  ~toy_peer() {
    node_.set({});
    work_.reset();
    for (auto& each : threads_)
      each.join();
  }
  toy_peer(const toy_peer&) = delete;
  toy_peer& operator=(const toy_peer&) = delete;

  static std::string id(int call) { return std::to_string(call); }
  std::string call(int number) { return "+" + id(number) + "\n"; }
  std::string end(int number) { return "-" + id(number) + "\n"; }
  static std::string garbage() { return "#\n"; }
  void send(std::string_view bytes) { connected_->send(bytes); }

  void begin_snapshot(const std::vector<int>& calls) {
    send("!\n");
    for (const auto each : calls)
      send(call(each));
  }

  void end_snapshot(std::size_t) { send(".\n"); }

  std::optional<std::string> told() { return connected_->line(); }
  std::string told_to_hang_up() {
    auto line = told().value_or(" ");
    if (line == "?") // it asks for a snapshot when it is attached
      line = told().value_or(" ");
    return line.substr(1);
  }
  bool closed() {
    while (told()) {
    }
    return true;
  }

  void leave() { connected_.reset(); }
  void come_back() {
    auto socket = listening_.accept();
    REQUIRE(socket);
    connected_.emplace(feed::testing::client::connected{socket->release()});
    send("@\n");
  }

private:
  boost::asio::io_context io_{2};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::thread> threads_;
  kamailio::testing::listening listening_;
  switches::dialled_kinds node_;
  std::optional<feed::testing::client> connected_;
};

} // namespace rollcall::driver_suite

/// Each kind of switch; a new one is named here, and below.
#define EVERY_PEER feed_peer, kamailio_peer, asterisk_peer, toy_peer

TYPE_TO_STRING(rollcall::driver_suite::feed_peer);
TYPE_TO_STRING(rollcall::driver_suite::kamailio_peer);
TYPE_TO_STRING(rollcall::driver_suite::asterisk_peer);
TYPE_TO_STRING(rollcall::driver_suite::toy_peer);
