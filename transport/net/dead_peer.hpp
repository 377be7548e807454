#pragma once

#include <chrono>

namespace rollcall::net {

/// Has the kernel end the TCP connection of `socket` when its peer's host has acknowledged nothing for
/// `patience`: neither what we sent (TCP_USER_TIMEOUT, RFC 5482) nor, in silence, the kernel's own probes
/// (keepalive, RFC 1122 4.2.3.6). The peer itself may be silent for ever.
void notice_dead_peer(int socket, std::chrono::seconds patience);

} // namespace rollcall::net
