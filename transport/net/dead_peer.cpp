#include "transport/net/dead_peer.hpp"

#include "actors/runtime/log.hpp"
#include "domain/base/log_throttle.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>

namespace rollcall::net {

namespace {

/// Probes that go unanswered before the connection is lost.
constexpr int probes = 3;

void set(int socket, int level, int option, int value) {
  static log_throttle lines{1}; // of all connections, also of strangers
  if (::setsockopt(socket, level, option, &value, sizeof value) == 0)
    return;
  const auto why = std::system_category().message(errno);
  if (const auto more = lines.admit(std::chrono::steady_clock::now()))
    log::warn("socket", "cannot set socket option {}: {}{}", option, why, *more);
}

} // namespace

void notice_dead_peer(int socket, std::chrono::seconds patience) {
  // Half of the time silent, then the probes in the other half.
  const auto idle = std::max(1, static_cast<int>(patience.count() / 2));
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, idle / probes));
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, probes);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(patience).count()));
}

} // namespace rollcall::net
