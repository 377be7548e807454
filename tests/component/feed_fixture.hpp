#pragma once

#include "transport/switches/feed/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rollcall::feed::testing {

/// Longer than anything takes that works, shorter than a person waits for a test that does not.
constexpr std::chrono::seconds patience{10};

/// What a link would see of one connection, and a way to speak as one. Any thread.
class fake_link {
public:
  struct attachment {
    switch_name name;
    std::uint64_t epoch = 0;
    switch_connection_ptr connection;
    switch_news news; ///< all of it, in order
    std::size_t deliveries = 0;
    std::vector<std::string> closed; ///< a reason for each closed()
  };

  /// Consumes each delivery at once unless told not to.
  bool consumes = true;

  /// When set, refuses every attach for this reason.
  std::optional<close_reason> refusal;

  /// When set, is called in place of answering an attach.
  std::function<void(switch_connection_ptr, std::function<void(attach_result)>)> instead;

  attach_fn attach();

  /// The number of attachments, or what one of them (by number, from 0) looks like now.
  std::size_t size() const;
  attachment at(std::size_t number = 0) const;

  /// When set, is called with each delivery before it counts as come.
  std::function<void(const switch_connection_ptr&, const switch_news&)> on_news;

  /// Waits until `holds` for an attachment that exists; false when it never does.
  bool wait(const std::function<bool(const attachment&)>& holds, std::size_t number = 0) const;

  /// Lets go of every connection, as must be before the io_context goes that they run on.
  void let_go();

  /// A port for a new attachment.
  switch_port_ptr add(const switch_name& name, std::uint64_t epoch, switch_connection_ptr connection);

private:
  class port;
  struct shared {
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::vector<attachment> attachments;

    switch_connection_ptr connection_of(std::size_t number) const {
      const std::lock_guard lock{mutex};
      return attachments[number].connection;
    }
  };
  std::shared_ptr<shared> shared_ = std::make_shared<shared>();
};

/// A feed server on a free port, and the threads that run it: two, as strands show their worth only then.
class running_server {
public:
  explicit running_server(fake_link& link, const limits& bounds = {}, std::string address = "127.0.0.1:0");
  ~running_server();

  feed::server& operator*() { return *server_; }
  feed::server* operator->() { return server_.get(); }
  std::uint16_t port() const { return port_; }

private:
  boost::asio::io_context io_{2};
  std::unique_ptr<feed::server> server_;
  std::uint16_t port_ = 0;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::thread> threads_;
};

/// A switch, as simple as can be: one blocking socket.
class client {
public:
  /// `from`: another address of this machine than the usual one.
  explicit client(std::uint16_t port, const char* from = "127.0.0.1");

  /// Takes over a socket that is connected.
  struct connected {
    int socket;
  };
  explicit client(connected by) : socket_(by.socket) {}
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(std::string_view bytes);

  /// Sends until the kernel takes nothing more for a moment; returns how many bytes it took.
  std::size_t send_until_stuck(std::string_view line);

  /// Says that nothing more comes.
  void end();

  /// The next line without its end; none when the server closes or nothing comes in time.
  std::optional<std::string> line();

  /// True when the server closes, properly and not by a reset, before it says anything more.
  bool closed();

private:
  int socket_;
  std::string read_;
};

/// The hello of switch sbc-1.
std::string hello_line(std::uint64_t epoch = 1);

/// A client that has been welcomed.
std::unique_ptr<client> welcomed(const running_server& server, std::uint64_t epoch = 1);

} // namespace rollcall::feed::testing
