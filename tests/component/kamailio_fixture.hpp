#pragma once

#include "feed_fixture.hpp"
#include "transport/switches/common/dialled_switches.hpp"
#include "transport/switches/kamailio/drivers.hpp"
#include "transport/switches/kamailio/settings.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rollcall::kamailio::testing {

using feed::testing::fake_link;
using feed::testing::patience;

/// A descriptor that is closed at the end.
class descriptor {
public:
  explicit descriptor(int number = -1) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

private:
  int number_;
};

/// A listening socket on a free port.
class listening {
public:
  listening();
  std::uint16_t port() const { return port_; }

  /// The next connection, none when there is none in time.
  std::optional<descriptor> accept(std::chrono::milliseconds wait = patience) const;

private:
  descriptor socket_;
  std::uint16_t port_ = 0;
};

/// One connection to the event socket, seen from Kamailio's side.
class event_socket {
public:
  explicit event_socket(descriptor socket) : socket_(std::move(socket)) {}

  void send(std::string_view payload) {
    send_raw(std::to_string(payload.size()) + ':' + std::string{payload} + ',');
  }
  void send_raw(std::string_view bytes);

  /// Sends until the kernel takes nothing more for as long as the tests are patient; false when it takes
  /// `most` bytes.
  bool sends_until_stuck(std::string_view payload, std::size_t most);

  /// The next payload that is no ping; none when the node closes, or nothing comes in time.
  std::optional<std::string> receive();

  bool closed() { return !receive(); }

private:
  descriptor socket_;
  std::string read_;
};

/// What serves JSON-RPC over HTTP: answers each request with what `answer` makes of its body.
class rpc_server {
public:
  explicit rpc_server(std::function<std::string(const std::string& request)> answer);
  ~rpc_server();
  std::string url() const { return "http://127.0.0.1:" + std::to_string(listening_.port()) + "/RPC"; }

private:
  void serve();

  listening listening_;
  std::function<std::string(const std::string&)> answer_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// The Kamailios of a node under test.
class clients {
public:
  clients(boost::asio::io_context& io, const limits& bounds, attach_fn attach)
      : drivers_(std::make_shared<drivers>(bounds)),
        dialled_(io, "kamailio", drivers_, std::move(attach), &system_now) {}

  /// Where a Kamailio is, and how it is configured.
  struct one : settings {
    one() { snapshot_interval = std::chrono::minutes{1}; }
    net::host_port evapi;
  };
  void set(const std::vector<one>& wanted);

  const metrics& counters() const { return drivers_->counted(); }
  const switch_notes& notes() const { return dialled_.notes(); }

private:
  const std::shared_ptr<drivers> drivers_;
  switches::dialled_switches dialled_;
};

/// The clients under test with their threads, and the event socket they connect to.
class node {
public:
  explicit node(fake_link& link, const limits& bounds = {});
  ~node();

  clients::one to; ///< kam-1; connect() takes it
  void connect() { clients_->set({to}); }

  /// The next connection, which has said its hello.
  event_socket greeted(const char* run = "1", std::uint64_t seq = 0);

  /// The next connection.
  event_socket next();

  clients& operator*() { return *clients_; }
  clients* operator->() { return clients_.get(); }

  listening evapi;

private:
  fake_link& link_;
  boost::asio::io_context io_{2};
  std::unique_ptr<clients> clients_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
      io_.get_executor()};
  std::vector<std::thread> threads_;
};

/// Frames, as rollcall.cfg makes them.
std::string call_frame(std::uint64_t seq, const std::string& id, const char* state);
std::string end_frame(std::uint64_t seq, const std::string& id);
std::string answer_frame(std::uint64_t request, const std::string& result_or_error = R"("result":{})");

/// A dialog as dlg.list and dlg.dump_file write it.
std::string dialog_json(const std::string& run, std::uint32_t number, int state = 4);

/// The number of the request that a command is.
std::uint64_t number_of(const std::string& command);

/// The JSON-RPC answer to `request`.
std::string answer_to(const std::string& request, const std::string& result);

/// The result of dlg.list.
std::string list_of(const std::vector<std::string>& dialogs);

/// What a Kamailio with these dialogs, all of them up, answers to a request of a snapshot. Copies share
/// nothing.
struct kamailio_answers {
  std::vector<std::string> dialogs;
  std::string run = "1";
  std::optional<std::size_t> counted = {};                ///< as dlg.stats_active says; else what is there
  std::optional<std::string> list = {};                   ///< the result of dlg.list; else the dialogs
  std::function<void(const std::string& file)> dump = {}; ///< else the dialogs are written there

  std::string operator()(const std::string& request) const;
};

/// Answers the requests that come over the event socket, up to the second count: one snapshot from that
/// source.
void give_snapshot(event_socket& socket, const kamailio_answers& answers = {});

} // namespace rollcall::kamailio::testing
