#include "kamailio_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rollcall::kamailio::testing {

namespace {

/// How often a server looks whether to stop.
constexpr std::chrono::milliseconds moment{200};

bool ready(int socket, short what, std::chrono::milliseconds wait) {
  pollfd each{socket, what, 0};
  return ::poll(&each, 1, static_cast<int>(wait.count())) == 1;
}

/// Reads some bytes behind `into`; false at the end, or when nothing comes in time.
bool read_more(int socket, std::string& into) {
  std::array<char, 64 * 1024> some{};
  if (!ready(socket, POLLIN, patience))
    return false;
  const auto got = ::recv(socket, some.data(), some.size(), 0);
  if (got <= 0)
    return false;
  into.append(some.data(), static_cast<std::size_t>(got));
  return true;
}

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

} // namespace

descriptor::~descriptor() {
  if (number_ >= 0)
    ::close(number_);
}

listening::listening() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(socket_.get(), 16) != 0
      || ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(at.sin_port);
}

std::optional<descriptor> listening::accept(std::chrono::milliseconds wait) const {
  if (!ready(socket_.get(), POLLIN, wait))
    return std::nullopt;
  return descriptor{::accept(socket_.get(), nullptr, nullptr)};
}

void event_socket::send_raw(std::string_view bytes) { write_all(socket_.get(), bytes); }

bool event_socket::sends_until_stuck(std::string_view payload, std::size_t most) {
  std::string bytes;
  while (bytes.size() < 64 * 1024)
    bytes += std::to_string(payload.size()) + ':' + std::string{payload} + ',';
  std::size_t total = 0;
  for (std::size_t offset = 0; total < most;) {
    if (!ready(socket_.get(), POLLOUT, patience))
      return true;
    const auto sent =
        ::send(socket_.get(), bytes.data() + offset, bytes.size() - offset, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
      throw std::runtime_error("the node closed the connection");
    if (sent <= 0)
      continue;
    total += static_cast<std::size_t>(sent);
    offset = (offset + static_cast<std::size_t>(sent)) % bytes.size();
  }
  return false;
}

std::optional<std::string> event_socket::receive() {
  while (true) {
    const auto colon = read_.find(':');
    const auto size = colon == std::string::npos ? 0 : std::stoul(read_.substr(0, colon));
    if (colon != std::string::npos && read_.size() > colon + 1 + size) {
      auto payload = read_.substr(colon + 1, size);
      read_.erase(0, colon + 1 + size + 1);
      if (payload != R"({"type":"ping"})")
        return payload;
    } else if (!read_more(socket_.get(), read_)) {
      return std::nullopt;
    }
  }
}

rpc_server::rpc_server(std::function<std::string(const std::string&)> answer)
    : answer_(std::move(answer)), thread_([this] { serve(); }) {}

rpc_server::~rpc_server() {
  stopping_ = true;
  thread_.join();
}

void rpc_server::serve() {
  while (!stopping_) {
    const auto socket = listening_.accept(moment);
    if (!socket)
      continue;
    std::string request;
    const std::string length_field = "Content-Length: ";
    std::size_t body = std::string::npos;
    while (body == std::string::npos
           || request.size()
                  < body + std::stoul(request.substr(request.find(length_field) + length_field.size()))) {
      if (!read_more(socket->get(), request))
        break;
      const auto end = request.find("\r\n\r\n");
      body = end == std::string::npos ? end : end + 4;
    }
    const auto answer = body == std::string::npos ? std::string{} : answer_(request.substr(body));
    write_all(socket->get(),
              "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer);
  }
}

void clients::set(const std::vector<one>& wanted) {
  std::vector<switches::dialled> all;
  for (const auto& each : wanted) {
    switches::setting_values values;
    values.emplace("snapshot_interval", each.snapshot_interval);
    values.emplace("dump_directory", each.dump_directory.string());
    values.emplace("rpc", each.rpc ? "http://" + to_string(each.rpc->at) + each.rpc->target : std::string{});
    all.push_back({"kamailio", each.name, each.evapi, std::move(values)});
  }
  dialled_.set(std::move(all));
}

node::node(fake_link& link, const limits& bounds)
    : link_(link), clients_(std::make_unique<clients>(io_, bounds, link.attach())) {
  to.name = switch_name{"kam-1"};
  to.evapi = {"127.0.0.1", std::to_string(evapi.port())};
  for (int i = 0; i < 2; ++i)
    threads_.emplace_back([this] { io_.run(); });
}

node::~node() {
  clients_.reset();
  work_.reset();
  for (auto& each : threads_)
    each.join(); // everything that was under way has let go of itself
  link_.let_go();
}

event_socket node::next() {
  auto socket = evapi.accept();
  REQUIRE(socket);
  return event_socket{std::move(*socket)};
}

event_socket node::greeted(const char* run, std::uint64_t seq) {
  auto socket = next();
  socket.send(R"({"type":"hello","version":1,"switch":"kam-1","run":")" + std::string{run} + R"(","seq":)"
              + std::to_string(seq) + "}");
  return socket;
}

std::string call_frame(std::uint64_t seq, const std::string& id, const char* state) {
  return R"({"type":"call","seq":)" + std::to_string(seq) + R"(,"state":")" + state + R"(","id":")" + id
         + R"(","setup_time":1795492667.5,"transaction":"48:7","call_id":")" + id + R"(@host"})";
}

std::string end_frame(std::uint64_t seq, const std::string& id) {
  return R"({"type":"end","seq":)" + std::to_string(seq) + R"(,"id":")" + id + R"(","time":1795492669.5})";
}

std::string answer_frame(std::uint64_t request, const std::string& result_or_error) {
  return R"({"type":"rpc","answer":{"jsonrpc":"2.0",)" + result_or_error + R"(,"id":)"
         + std::to_string(request) + "}}";
}

std::string dialog_json(const std::string& run, std::uint32_t number, int state) {
  const auto entry_and_number = "1-" + std::to_string(number);
  return R"({"h_entry":1,"h_id":)" + std::to_string(number) + R"(,"state":)" + std::to_string(state)
         + R"(,"start_ts":1795492668,"variables":{"rc_stage":"ARComplete","rc_trans":"48:7","rc_call":"\"id\":\")"
         + run + '-' + entry_and_number + R"(\",\"setup_time\":1795492667.5,\"call_id\":\"x\""}})";
}

std::uint64_t number_of(const std::string& command) {
  const std::string before = "\"id\":";
  return std::stoull(command.substr(command.rfind(before) + before.size()));
}

std::string answer_to(const std::string& request, const std::string& result) {
  return R"({"jsonrpc":"2.0","result":)" + result + R"(,"id":)" + std::to_string(number_of(request)) + "}";
}

std::string list_of(const std::vector<std::string>& dialogs) {
  std::string list = "[";
  for (const auto& each : dialogs)
    list += (list.size() > 1 ? "," : "") + each;
  return list + "]";
}

std::string kamailio_answers::operator()(const std::string& request) const {
  const auto asks = [&](std::string_view method) { return request.find(method) != std::string::npos; };
  if (asks("htable.get"))
    return answer_to(request, R"({"item":{"name":"run","value":")" + run + R"(","flags":2}})");
  if (asks("dlg.stats_active"))
    return answer_to(request,
                     R"({"starting":0,"all":)" + std::to_string(counted.value_or(dialogs.size())) + "}");
  if (asks("dlg.list"))
    return answer_to(request, list.value_or(list_of(dialogs)));
  const std::string before = R"("params":[")";
  const auto from = request.find(before) + before.size();
  const auto file = request.substr(from, request.find('"', from) - from);
  if (dump) {
    dump(file);
  } else {
    std::ofstream out{file, std::ios::app};
    for (const auto& each : dialogs)
      out << each << '\n';
  }
  return answer_to(request, "{}");
}

void give_snapshot(event_socket& socket, const kamailio_answers& answers) {
  for (int counts = 0; counts < 2;) {
    const auto request = socket.receive();
    REQUIRE(request);
    counts += request->find("dlg.stats_active") != std::string::npos ? 1 : 0;
    socket.send(R"({"type":"rpc","answer":)" + answers(*request) + "}");
  }
}

} // namespace rollcall::kamailio::testing
