#include "fuzz.hpp"
#include "transport/cluster/basp_frames.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/io/basp/header.hpp>

#include <cstdint>
#include <optional>
#include <string>

// BASP of another node, before CAF sees it. However it is cut, the same passes; and what passes is for CAF
// what it was taken for: messages between two nodes, each within its bounds, after one handshake.

namespace {

using namespace rollcall::cluster;
using rollcall::fuzz::must;
namespace basp = caf::io::basp;

constexpr std::uint32_t bound = 100'000;

struct verdict {
  bool passes = true;
  std::uint64_t frames = 0;
};

template <class Cut>
verdict judge(std::string_view bytes, basp_frames::sender who, Cut cut) {
  basp_frames frames{who, bound};
  verdict said;
  cut(bytes, [&](std::string_view piece) {
    if (said.passes)
      said.passes = !frames.look_at({piece.data(), piece.size()});
  });
  said.frames = frames.frames();
  return said;
}

basp::header header_of(std::string_view bytes) {
  basp::header found;
  caf::binary_deserializer in{nullptr, bytes.data(), basp::header_size};
  must(!in(found), "CAF reads the header");
  return found;
}

/// A long message begins with types that are not in each other.
void check_types(std::string_view payload) {
  caf::binary_deserializer in{nullptr, payload.data(), payload.size()};
  std::size_t stages = 0;
  std::uint16_t number = 0;
  std::string names;
  must(!in.begin_sequence(stages) && stages == 0 && !in.begin_object(number, names) && number == 0,
       "it has types");
  for (const auto* deep : {"+@message+", "+@config_value+", "+@error+", "+@down+", "+@exit+"})
    must((names + '+').find(deep) == names.npos, "types are not in each other");
}

void check_frames(std::string_view bytes, basp_frames::sender who, bool passes, std::uint64_t frames) {
  using operation = basp::message_type;
  static_assert(basp_frames::header_bytes == basp::header_size);
  for (std::uint64_t i = 0; i < frames; ++i) {
    const auto header = header_of(bytes);
    const auto handshake =
        who == basp_frames::sender::dialler ? operation::client_handshake : operation::server_handshake;
    must(i > 0 || header.operation == handshake, "a handshake comes first");
    must(header.payload_len <= bound, "a payload is bounded");
    must(header.operation == operation::direct_message
             || header.payload_len <= basp_frames::small_payload_bytes,
         "and smaller in what is no message");
    must(header.operation != operation::routed_message, "nothing is routed");
    must(static_cast<std::uint8_t>(header.operation) <= static_cast<std::uint8_t>(operation::heartbeat),
         "CAF knows the operation");
    if (header.has(basp::header::named_receiver_flag))
      must(header.dest_actor == static_cast<std::uint64_t>(caf::atom("SpawnServ")), "actors have no names");
    const auto payload = bytes.substr(basp::header_size, header.payload_len);
    if (passes && header.payload_len > basp_frames::nesting_payload_bytes
        && payload.size() >= type_names_bytes && header.operation == operation::direct_message)
      check_types(payload);
    must(header.operation != operation::down_message
             || header.payload_len <= basp_frames::nesting_payload_bytes,
         "a reason is short");
    const auto whole = basp::header_size + std::size_t{header.payload_len};
    if (bytes.size() < whole)
      return must(i + 1 == frames, "only the last payload is still to come");
    bytes.remove_prefix(whole);
  }
}

void check(std::string_view bytes, basp_frames::sender who) {
  const auto whole = judge(bytes, who, [](std::string_view all, auto each) { each(all); });
  const auto pieces =
      judge(bytes, who, [](std::string_view all, auto each) { rollcall::fuzz::in_pieces(all, each); });
  must(whole.passes == pieces.passes && whole.frames == pieces.frames, "the same passes however it is cut");
  check_frames(bytes, who, whole.passes, whole.frames);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = rollcall::fuzz::text_of(data, size);
  check(bytes, basp_frames::sender::dialler);
  check(bytes, basp_frames::sender::acceptor);
  return 0;
}
