#include "http_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace rollcall::http {
namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};
constexpr int small_buffer = 4096; ///< so that a client that does not read is noticed soon

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

} // namespace

raw_client::raw_client(std::uint16_t port, const char* host) {
  const bool v6 = std::string_view{host}.find(':') != std::string_view::npos;
  socket_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small_buffer, sizeof small_buffer);
  int result = -1;
  if (v6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    inet_pton(AF_INET6, host, &to.sin6_addr);
    result = connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, host, &to.sin_addr);
    result = connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  if (result != 0)
    fail("connect");
}

raw_client::~raw_client() { ::close(socket_); }

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0)
      return; // the server has had enough; what it says to that is read, not written
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void raw_client::half_close() { ::shutdown(socket_, SHUT_WR); }

raw_client::answer raw_client::read_answer(bool to_head) {
  answer result;
  for (auto line = take_line();; line = take_line()) {
    if (!line)
      return result;
    result.head += *line + "\r\n";
    if (line->empty())
      break;
  }
  result.status = static_cast<unsigned>(std::stoul(result.head.substr(9, 3)));
  const auto length = result.head.find("\r\nContent-Length: ");
  if (to_head || result.status < 200 || result.status == 204) {
    result.whole = true;
  } else if (length != std::string::npos) {
    result.whole = take(std::stoul(result.head.substr(length + 18)), result.body);
  } else if (result.has("Transfer-Encoding: chunked")) {
    for (std::string end;;) {
      const auto size = take_line();
      const auto count = size ? std::stoul(*size, nullptr, 16) : 0;
      if (!size || !take(count, result.body) || !take(2, end))
        break;
      if (count == 0) {
        result.whole = true;
        break;
      }
    }
  } else {
    result.body = read_rest();
    result.whole = !reset_;
  }
  return result;
}

std::string raw_client::read_some() {
  if (received_.empty())
    fill();
  return std::exchange(received_, {});
}

std::string raw_client::read_rest() {
  while (fill()) {
  }
  return std::exchange(received_, {});
}

bool raw_client::closed() { return received_.empty() && !fill(); }

bool raw_client::fill() {
  std::array<char, 65536> buffer{};
  const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (count < 0 && errno == ECONNRESET)
    reset_ = true;
  else if (count < 0)
    fail("the server neither answers nor closes");
  if (count <= 0)
    return false;
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> raw_client::take_line() {
  auto end = received_.find("\r\n");
  for (; end == std::string::npos; end = received_.find("\r\n"))
    if (!fill())
      return std::nullopt;
  auto line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

bool raw_client::take(std::size_t count, std::string& out) {
  while (received_.size() < count)
    if (!fill()) {
      out += std::exchange(received_, {});
      return false;
    }
  out += received_.substr(0, count);
  received_.erase(0, count);
  return true;
}

} // namespace rollcall::http
