#pragma once

#include "transport/http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace rollcall::http {

/// A server on a free port of the loopback, run by two threads.
class running_server {
public:
  explicit running_server(handler_fn handler, const limits& bounds = {})
      : work_(io_.get_executor()), server_(std::in_place, io_, io_, bounds, std::move(handler)) {
    port_ = server_->listen("127.0.0.1:0");
    for (int i = 0; i < 2; ++i)
      threads_.emplace_back([this] { io_.run(); });
  }

  ~running_server() {
    server_.reset();
    work_.reset();
    io_.stop();
    for (auto& each : threads_)
      each.join();
  }

  std::uint16_t port() const { return port_; }
  server& operator*() { return *server_; }
  server* operator->() { return &*server_; }
  boost::asio::io_context& io() { return io_; }

private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::optional<server> server_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

/// Answers every request with its method, path and body.
inline void echo(request asked, const reply_fn& reply) {
  reply(text_response(200, asked.method + ' ' + asked.path + ' ' + asked.body));
}

} // namespace rollcall::http
