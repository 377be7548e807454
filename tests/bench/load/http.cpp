/// A client that sends small authenticated requests as fast as answers come.
///
/// It keeps --connections open, sends the body of standard input to --target on each, waits for the answer,
/// and sends the next, with a Digest response of its own for each. Whether it is rollcall or a server without
/// logins (peer_beast) that answers, it does the same work: who does not ask for a login gets one for a
/// challenge that is made up.
///
/// One thread, one epoll, two system calls a request: it has to cost less than what it loads. Prints
/// requests, seconds, latencies and its own processor time as JSON.

#include "tests/bench/load/digest_client.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <iterator>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using rollcall::bench::digest_client;
using moment = std::chrono::steady_clock;

struct options {
  std::uint16_t port = 8080;
  std::string target = "/RPC2";
  std::string login = "root";
  std::string password = "secret";
  std::size_t connections = 16;
  double seconds = 5;
  double warm_up = 0.5;
  std::string body;
  bool vary = false;
};

/// As long as one of rollcall's.
constexpr auto made_up_challenge =
    R"(Digest realm="rollcall", qop="auth", algorithm=MD5, )"
    R"(nonce="0000000000000000000000000000000000000000000000000000000000000000")";

/// The value of a header field, by its name in exactly this spelling.
std::string_view field(std::string_view header, std::string_view name) {
  const auto at = header.find(name);
  if (at == header.npos)
    return {};
  const auto value = header.substr(at + name.size());
  return value.substr(0, value.find("\r\n"));
}

/// One kept connection, with at most one request under way.
class connection {
public:
  explicit connection(const options& chosen)
      : fd_(socket(AF_INET, SOCK_STREAM, 0)),
        body_(chosen.body),
        vary_(chosen.vary),
        login_(chosen.login, chosen.password, "POST", chosen.target) {
    head_ = "POST " + chosen.target
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: "
            + std::to_string(body_.size() + (vary_ ? mark_bytes : 0)) + "\r\nAuthorization: ";
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(chosen.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0
        || setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
      throw std::runtime_error{"cannot connect"};
  }

  ~connection() { close(fd_); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  int fd() const { return fd_; }
  moment::time_point sent_at() const { return sent_at_; }
  std::size_t body_bytes() const { return body_bytes_; } ///< of the last answer, as sent
  std::size_t request_bytes() const { return request_.size(); }

  /// Sends the next request. The first one only asks for a challenge.
  void send() {
    request_ = head_;
    if (challenged_)
      login_.append_field(request_);
    else
      request_ += "None";
    request_ += "\r\n\r\n";
    request_ += body_;
    if (vary_)
      append_mark();
    sent_at_ = moment::now();
    if (::send(fd_, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
      throw std::runtime_error{"cannot send"};
  }

  /// Reads what is there. True when that completes the answer to a request with a login.
  bool receive() {
    const auto size = recv(fd_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
    if (size <= 0)
      throw std::runtime_error{"the server has closed"};
    filled_ += static_cast<std::size_t>(size);
    const std::string_view text{buffer_.data(), filled_};
    const auto end_of_header = text.find("\r\n\r\n");
    if (end_of_header == text.npos)
      return false;
    const auto header = text.substr(0, end_of_header + 2);
    if (!is_complete(header, text.substr(end_of_header + 4)))
      return false;
    body_bytes_ = filled_ - end_of_header - 4;
    filled_ = 0;
    if (!challenged_ || header.starts_with("HTTP/1.1 401")) {
      const std::string challenge{field(header, "WWW-Authenticate: ")};
      challenged_ = login_.challenged(challenge.empty() ? made_up_challenge : challenge);
      send();
      return false;
    }
    if (!header.starts_with("HTTP/1.1 200"))
      throw std::runtime_error{"not answered: " + std::string{text.substr(0, 1000)}};
    return true;
  }

private:
  static constexpr std::size_t mark_bytes = 15;

  /// What makes the body another one, and means nothing.
  void append_mark() {
    static unsigned count = 0;
    std::array<char, mark_bytes + 1> mark;
    std::snprintf(mark.data(), mark.size(), "<!--%08x-->", ++count);
    request_ += mark.data();
  }

  static bool is_complete(std::string_view header, std::string_view body) {
    const auto length = field(header, "Content-Length: ");
    if (length.empty())
      return body.ends_with("0\r\n\r\n"); // the last chunk
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return body.size() >= size;
  }

  int fd_;
  const std::string& body_;
  const bool vary_;
  digest_client login_;
  std::string head_; ///< of every request, up to the login
  std::string request_;
  std::array<char, 64 * 1024> buffer_;
  std::size_t filled_ = 0;
  std::size_t body_bytes_ = 0;
  moment::time_point sent_at_;
  bool challenged_ = false;
};

/// What came of the requests.
struct tally {
  std::vector<double> microseconds;
  double seconds = 0;
  double cpu = 0;
  std::size_t request_bytes = 0;
  std::size_t body_bytes = 0;
  std::size_t all_requests = 0; ///< with those before the count began
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

tally run(const options& chosen) {
  const int events = epoll_create1(0);
  std::vector<std::unique_ptr<connection>> connections;
  for (std::size_t i = 0; i < chosen.connections; ++i) {
    auto& added = *connections.emplace_back(std::make_unique<connection>(chosen));
    epoll_event interest{.events = EPOLLIN, .data = {.ptr = &added}};
    epoll_ctl(events, EPOLL_CTL_ADD, added.fd(), &interest);
    added.send();
  }

  tally result;
  const auto warm = moment::now() + std::chrono::duration<double>(chosen.warm_up);
  auto began = moment::now();
  auto cpu = cpu_seconds();
  bool counting = false;
  for (auto now = began; !counting || now - began < std::chrono::duration<double>(chosen.seconds);) {
    std::array<epoll_event, 64> ready;
    const int count = epoll_wait(events, ready.data(), static_cast<int>(ready.size()), 10'000);
    if (count <= 0)
      throw std::runtime_error{"no answer in time"};
    for (const auto& event : std::span{ready.data(), static_cast<std::size_t>(count)}) {
      auto& from = *static_cast<connection*>(event.data.ptr);
      if (!from.receive())
        continue;
      now = moment::now();
      if (counting)
        result.microseconds.push_back(
            std::chrono::duration<double, std::micro>(now - from.sent_at()).count());
      result.request_bytes = from.request_bytes();
      result.body_bytes = from.body_bytes();
      ++result.all_requests;
      from.send();
    }
    if (!counting && now > warm) {
      counting = true;
      began = now;
      cpu = cpu_seconds();
    }
  }
  result.seconds = std::chrono::duration<double>(moment::now() - began).count();
  result.cpu = cpu_seconds() - cpu;
  close(events);
  return result;
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

void print(tally result) {
  std::sort(result.microseconds.begin(), result.microseconds.end());
  std::printf("{\"requests\": %zu, \"all_requests\": %zu, \"seconds\": %.3f, \"cpu\": %.3f, \"p50\": %.1f, "
              "\"p99\": %.1f, \"request_bytes\": %zu, \"body_bytes\": %zu}\n",
              result.microseconds.size(), result.all_requests, result.seconds, result.cpu,
              quantile(result.microseconds, .5), quantile(result.microseconds, .99), result.request_bytes,
              result.body_bytes);
}

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Sends the request body of standard input again and again, logged in by HTTP Digest"};
  app.add_option("--port", chosen.port, "Of the server, on this host")->capture_default_str();
  app.add_option("--target", chosen.target, "Path of the requests")->capture_default_str();
  app.add_option("--login", chosen.login, "Name of the login")->capture_default_str();
  app.add_option("--password", chosen.password, "Password of the login")->capture_default_str();
  app.add_option("--connections", chosen.connections, "How many are kept")->capture_default_str();
  app.add_option("--seconds", chosen.seconds, "How long to count")->capture_default_str();
  app.add_flag("--vary", chosen.vary,
               "No two bodies are the same: a comment at the end of each has a number");
  CLI11_PARSE(app, argc, argv);
  chosen.body.assign(std::istreambuf_iterator<char>{std::cin}, {});
  try {
    print(run(chosen));
  } catch (const std::exception& trouble) {
    std::fprintf(stderr, "%s: %s\n", argv[0], trouble.what());
    return 1;
  }
}
