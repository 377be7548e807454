/// The peer of a list: the same rows by xmlrpc-c's own server, as anyone would write it who uses that
/// library.
///
/// peer_abyss CALLS has so many records in memory, those of `rollcall sim`, and answers listAllCalls with an
/// array of structs of the same sixteen fields and types as ours, whatever the parameters.

#include "domain/base/time.hpp"
#include "tests/bench/peers/simulated_calls.hpp"

#include <xmlrpc-c/base.hpp>
#include <xmlrpc-c/registry.hpp>
#include <xmlrpc-c/server_abyss.hpp>

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

namespace {

using namespace rollcall;
using xmlrpc_c::value_double;
using xmlrpc_c::value_int;
using xmlrpc_c::value_string;

value_string text(std::string_view from) { return value_string{std::string{from}}; }

value_int number(std::int64_t from) { return value_int{static_cast<int>(from)}; }

value_double seconds(std::chrono::microseconds from) {
  return value_double{std::chrono::duration<double>(from).count()};
}

xmlrpc_c::value_struct row(const call_record& call, timestamp now) {
  using field = call_record::text;
  return xmlrpc_c::value_struct{{
      {"CLI", text(call.get(field::cli))},
      {"CLD", text(call.get(field::cld))},
      {"CALL_ID", text(call.get(field::sip_call_id))},
      {"CC_STATE", text(to_string(call.state()))},
      {"ID", text(call.id())},
      {"CALLER_MEDIA_IP", text(call.get(field::caller_media_ip))},
      {"CALLEE_MEDIA_IP", text(call.get(field::callee_media_ip))},
      {"SETUP_TIME", text(format_api_time(call.setup()))},
      {"DIRECTION", text(call.get(field::direction))},
      {"NODE_ID", text(call.source().node.value())},
      {"I_CONNECTION", number(call.connection().value())},
      {"I_ACCOUNT", number(call.account().value())},
      {"I_CUSTOMER", number(1 + call.account().value() % bench::customers)},
      {"I_ENVIRONMENT", number(call.source().environment.value())},
      {"DELAY", seconds(call.delay(now))},
      {"DURATION", seconds(call.duration(now))},
  }};
}

/// listAllCalls.
class list_all_calls : public xmlrpc_c::method {
public:
  explicit list_all_calls(const std::vector<record_ptr>& calls) : calls_(calls) {}

  void execute(const xmlrpc_c::paramList&, xmlrpc_c::value* answer) override {
    const auto now = system_now();
    xmlrpc_c::carray rows;
    rows.reserve(calls_.size());
    for (const auto& call : calls_)
      rows.push_back(row(*call, now));
    *answer = xmlrpc_c::value_array{rows};
  }

private:
  const std::vector<record_ptr>& calls_;
};

/// A socket that listens on a free port of the loopback interface.
int listening_socket(sockaddr_in& address) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0
      || getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || listen(fd, SOMAXCONN) != 0)
    throw std::runtime_error{"no port to listen on"};
  return fd;
}

} // namespace

int main(int argc, char** argv) {
  const auto count = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (count == 0)
    return std::fprintf(stderr, "usage: %s CALLS\n", argv[0]), 64;

  std::vector<record_ptr> calls;
  bench::connected_calls{static_cast<std::uint32_t>(count)}.for_each(
      [&](record_ptr record) { calls.push_back(std::move(record)); });

  xmlrpc_c::registry methods;
  methods.addMethod("listAllCalls", xmlrpc_c::methodPtr{new list_all_calls{calls}});
  sockaddr_in address{};
  const int fd = listening_socket(address);
  std::signal(SIGPIPE, SIG_IGN);
  xmlrpc_c::serverAbyss server{
      xmlrpc_c::serverAbyss::constrOpt().registryP(&methods).socketFd(fd).serverOwnsSignals(false)};
  std::printf("ready %u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  server.run();
}
