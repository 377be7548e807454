#include "feed_fixture.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rollcall::feed::testing {

class fake_link::port final : public switch_port {
public:
  port(std::shared_ptr<shared> with, std::size_t number, const fake_link& of)
      : shared_(std::move(with)), number_(number), consumes_(of.consumes), on_news_(of.on_news) {}

  void deliver(switch_news news) override {
    switch_connection_ptr connection;
    if (on_news_)
      on_news_(shared_->connection_of(number_), news);
    {
      const std::lock_guard lock{shared_->mutex};
      auto& mine = shared_->attachments[number_];
      ++mine.deliveries;
      for (auto& item : news)
        mine.news.push_back(std::move(item));
      connection = mine.connection;
    }
    shared_->changed.notify_all();
    if (consumes_)
      connection->consumed();
  }

  void closed(const std::string& reason) override {
    const std::lock_guard lock{shared_->mutex};
    shared_->attachments[number_].closed.push_back(reason);
    shared_->changed.notify_all();
  }

private:
  std::shared_ptr<shared> shared_;
  std::size_t number_;
  bool consumes_;
  std::function<void(const switch_connection_ptr&, const switch_news&)> on_news_;
};

attach_fn fake_link::attach() {
  return [this](const switch_name& name, std::uint64_t epoch, switch_connection_ptr connection,
                std::function<void(attach_result)> done) {
    if (instead)
      instead(std::move(connection), std::move(done));
    else if (refusal)
      done({nullptr, *refusal, "no"});
    else
      done({add(name, epoch, std::move(connection))});
  };
}

switch_port_ptr fake_link::add(const switch_name& name, std::uint64_t epoch,
                               switch_connection_ptr connection) {
  const std::lock_guard lock{shared_->mutex};
  shared_->attachments.push_back({name, epoch, std::move(connection), {}, 0, {}});
  shared_->changed.notify_all();
  return std::make_unique<port>(shared_, shared_->attachments.size() - 1, *this);
}

void fake_link::let_go() {
  std::vector<switch_connection_ptr>
      gone; // outlives the lock: a connection may have a word to say at its end
  const std::lock_guard lock{shared_->mutex};
  for (auto& each : shared_->attachments)
    gone.push_back(std::exchange(each.connection, nullptr));
}

std::size_t fake_link::size() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->attachments.size();
}

fake_link::attachment fake_link::at(std::size_t number) const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->attachments.at(number);
}

bool fake_link::wait(const std::function<bool(const attachment&)>& holds, std::size_t number) const {
  std::unique_lock lock{shared_->mutex};
  return shared_->changed.wait_for(lock, patience, [&] {
    return number < shared_->attachments.size() && holds(shared_->attachments[number]);
  });
}

running_server::running_server(fake_link& link, const limits& bounds, std::string address)
    : server_(std::make_unique<feed::server>(
        io_, bounds, "node-a",
        switch_secrets{{switch_name{"sbc-1"}, {"s3cret"}}, {switch_name{"sbc-2"}, {"other"}}}, link.attach(),
        &system_now)),
      port_(server_->listen(address)) {
  for (int i = 0; i < 2; ++i)
    threads_.emplace_back([this] { io_.run(); });
}

running_server::~running_server() {
  server_.reset();
  io_.stop();
  for (auto& each : threads_)
    each.join();
}

client::client(std::uint16_t port, const char* from) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  if (::inet_pton(AF_INET, from, &own.sin_addr) != 1
      || ::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    throw std::runtime_error("cannot connect from there");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect");
}

client::~client() { ::close(socket_); }

void client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return; // the server has closed: what it said tells
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t client::send_until_stuck(std::string_view line) {
  constexpr int moment_ms = 200;
  std::string lines;
  while (lines.size() < 64 * 1024)
    lines += line;
  std::size_t total = 0;
  for (std::size_t offset = 0;;) {
    pollfd writable{socket_, POLLOUT, 0};
    if (::poll(&writable, 1, moment_ms) != 1)
      return total;
    const auto sent =
        ::send(socket_, lines.data() + offset, lines.size() - offset, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN)
      continue;
    if (sent <= 0)
      return total;
    total += static_cast<std::size_t>(sent);
    offset = (offset + static_cast<std::size_t>(sent)) % lines.size();
  }
}

void client::end() { ::shutdown(socket_, SHUT_WR); }

std::optional<std::string> client::line() {
  while (true) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      auto found = read_.substr(0, end);
      read_.erase(0, end + 1);
      return found;
    }
    pollfd readable{socket_, POLLIN, 0};
    if (::poll(&readable, 1, std::chrono::milliseconds{patience}.count()) != 1)
      return std::nullopt;
    std::array<char, 64 * 1024> some{};
    const auto got = ::recv(socket_, some.data(), some.size(), 0);
    if (got <= 0)
      return std::nullopt;
    read_.append(some.data(), static_cast<std::size_t>(got));
  }
}

bool client::closed() {
  pollfd readable{socket_, POLLIN, 0};
  char byte = 0;
  return read_.empty() && ::poll(&readable, 1, std::chrono::milliseconds{patience}.count()) == 1
         && ::recv(socket_, &byte, 1, 0) == 0;
}

std::string hello_line(std::uint64_t epoch) {
  return R"({"type":"hello","version":1,"switch":"sbc-1","secret":"s3cret","epoch":)" + std::to_string(epoch)
         + "}\n";
}

std::unique_ptr<client> welcomed(const running_server& server, std::uint64_t epoch) {
  auto connected = std::make_unique<client>(server.port());
  connected->send(hello_line(epoch));
  REQUIRE(connected->line() == R"({"type":"welcome","version":1,"node_id":"node-a"})");
  return connected;
}

} // namespace rollcall::feed::testing
