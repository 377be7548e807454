#include "transport/cluster/basp_frames.hpp"

#include <caf/atom.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace rollcall::cluster::mesh_basp_frames_test {

namespace {

constexpr std::uint32_t bound = 1'000'000;

void put(std::string& to, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    to += static_cast<char>(value >> (8 * i));
}

std::string header(int operation, int flags, std::uint64_t length, std::uint64_t destination = 1) {
  std::string bytes;
  put(bytes, static_cast<std::uint64_t>(operation), 1);
  put(bytes, 0, 2);
  put(bytes, static_cast<std::uint64_t>(flags), 1);
  put(bytes, length, 4);
  put(bytes, 0, 8);
  put(bytes, 2, 8);
  put(bytes, destination, 8);
  return bytes;
}

std::string frame(int operation, int flags, std::size_t length, std::uint64_t destination = 1) {
  return header(operation, flags, length, destination) + std::string(length, '\3');
}

const auto spawn_server = static_cast<std::uint64_t>(caf::atom("SpawnServ"));

const std::string client_start = frame(1, 0, 30) + frame(1, 2, 30);

std::optional<std::string> judge(const std::string& bytes,
                                 basp_frames::sender who = basp_frames::sender::dialler) {
  return basp_frames{who, bound}.look_at(bytes);
}

} // namespace

TEST_CASE("what nodes send passes, however it is cut into pieces") {
  const auto talk = client_start + frame(2, 1, 40, spawn_server) + frame(2, 0, 100) + frame(4, 0, 60)
                    + frame(5, 0, 70) + frame(6, 0, 0) + frame(2, 0, 4000) + frame(6, 0, 0);
  for (std::size_t piece = 1; piece <= talk.size(); piece = piece < 70 ? piece + 1 : piece * 2) {
    basp_frames frames{basp_frames::sender::dialler, bound};
    for (std::size_t at = 0; at < talk.size(); at += piece) {
      const auto part = talk.substr(at, piece);
      REQUIRE_FALSE(frames.look_at(part));
    }
    CHECK(frames.frames() == 9);
  }
  CHECK_FALSE(judge(frame(0, 0, 500) + frame(2, 0, 100), basp_frames::sender::acceptor));
}

TEST_CASE("the longest message passes, a longer one does not, whatever its header promises") {
  CHECK_FALSE(judge(client_start + header(2, 0, bound)));
  CHECK(judge(client_start + header(2, 0, bound + 1)));
  CHECK(judge(client_start + header(2, 0, 0xffffffff)));
  CHECK(judge(client_start + header(4, 0, basp_frames::small_payload_bytes + 1)));
  CHECK(judge(header(1, 0, basp_frames::small_payload_bytes + 1)));
}

TEST_CASE("a long message holds our types and plain ones, for others may be in each other without end") {
  const auto of_types = [](const std::string& names) {
    auto payload = std::string(3, '\0') + static_cast<char>(names.size()) + names;
    payload.resize(basp_frames::nesting_payload_bytes + 1, '\0');
    return header(2, 0, payload.size()) + payload;
  };
  const auto passes = [](const std::string& message) {
    const auto whole = judge(client_start + message);
    basp_frames slow{basp_frames::sender::dialler, bound};
    std::optional<std::string> wrong;
    for (const char c : client_start + message)
      if (!wrong)
        wrong = slow.look_at({&c, 1});
    CHECK(wrong == whole);
    return !whole;
  };
  CHECK(passes(of_types("@<>+rollcall::wire::list_batch")));
  CHECK(passes(of_types("@<>+@atom+@str+rollcall::outstanding_hang_ups") + frame(6, 0, 0)));
  CHECK(passes(of_types("@<>+@str") + of_types("@<>+@u64+@i64+@strong_actor_ptr")));
  CHECK_FALSE(passes(of_types("@<>+@message")));
  CHECK_FALSE(passes(of_types("@<>+@config_value")));
  CHECK_FALSE(passes(of_types("@<>+rollcall::wire::heartbeat+@error")));
  CHECK_FALSE(passes(of_types("@<>+")));
  CHECK_FALSE(passes(of_types("@<>rollcall::wire::heartbeat")));
  CHECK_FALSE(passes(of_types("")));
  CHECK_FALSE(passes(of_types("@<>+rollcall::" + std::string(120, 'x') + "+@message")));
  CHECK_FALSE(passes(frame(2, 0, basp_frames::nesting_payload_bytes + 1)));
  CHECK_FALSE(passes(header(5, 0, basp_frames::nesting_payload_bytes + 1)));
  CHECK(passes(of_types("@<>+@message")
                   .replace(0, 32, header(2, 0, basp_frames::nesting_payload_bytes))
                   .substr(0, 32 + basp_frames::nesting_payload_bytes)));
}

TEST_CASE("frames that no node sends are refused") {
  const auto acceptor = basp_frames::sender::acceptor;
  CHECK(judge(frame(2, 0, 10)));                             // no handshake before
  CHECK(judge(frame(6, 0, 0)));                              // nor here
  CHECK(judge(frame(0, 0, 10)));                             // the acceptor's
  CHECK(judge(frame(1, 0, 10), acceptor));                   // the dialler's
  CHECK(judge(frame(0, 0, 10) + frame(0, 0, 10), acceptor)); // once only
  CHECK(judge(frame(1, 2, 10)));                             // the second one first
  CHECK(judge(frame(1, 0, 10) + frame(1, 0, 10)));           // the first one twice
  CHECK(judge(client_start + frame(1, 2, 10)));              // a third
  CHECK(judge(client_start + frame(3, 0, 10)));              // routed
  CHECK(judge(client_start + frame(3, 1, 10)));              // routed by name
  CHECK(judge(client_start + frame(7, 0, 10)));              // unknown
  CHECK(judge(client_start + frame(255, 0, 10)));            // unknown
  CHECK(judge(client_start + frame(2, 2, 10)));              // with another's flag
  CHECK(judge(client_start + frame(4, 1, 10)));              // with another's flag
  CHECK(judge(client_start + frame(2, 1, 10)));              // by name, to somebody
  CHECK(judge(client_start + frame(2, 1, 10, static_cast<std::uint64_t>(caf::atom("ConfigServ")))));
  const auto ask = frame(2, 1, 10, spawn_server);
  CHECK(judge(client_start + ask + ask)); // BASP asks once
  CHECK(judge("GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"));
}

} // namespace rollcall::cluster::mesh_basp_frames_test
