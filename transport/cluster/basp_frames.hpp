#pragma once

#include "transport/cluster/message_types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace rollcall::cluster {

/// Looks at what comes from another node before BASP 0.17.6 does, which believes what it is told.
///
/// Everything is a header of 32 bytes, numbers big-endian, and a payload:
///
///     0 operation   1-2 padding   3 flags   4 payload length   8 operation data   16 source   24 destination
///
/// What nodes send each other, and nothing else, passes:
///   0 server handshake  first words of the one who accepted, once
///   1 client handshake  first words of the one who dialled, and once more with flag 2 (use this connection)
///   2 direct message    to an actor by number. By name (flag 1) only what BASP itself asks when it learns of
///                       a node: SpawnServ, what are you?
///   4 monitor, 5 down   somebody here or there is watched, or has ended
///   6 heartbeat         nothing but a header
/// Operation 3, a message that is routed through us or came through a third node, does not: every node is
/// connected to every other, and who hands out handles of third nodes would notice nothing otherwise until
/// one of them is gone. Payloads are bounded, because BASP allocates what the header says; those that may
/// hold values in each other more narrowly, because CAF reads each level with a call of a function, and a
/// thread has no endless stack.
///
/// Pure; what it is shown is not kept. One thread.
class basp_frames {
public:
  /// Whose bytes these are.
  enum class sender : std::uint8_t { dialler, acceptor };

  basp_frames(sender who, std::uint32_t payload_bytes) : who_(who), payload_bytes_(payload_bytes) {}

  /// Looks at the next bytes. When they must not pass it says why; nothing may be shown to it after that.
  /// The last bytes of what passes may be the beginning of a header that will not.
  std::optional<std::string> look_at(std::span<const char> bytes);

  /// Headers that have passed.
  std::uint64_t frames() const noexcept { return frames_; }

  static constexpr std::size_t header_bytes = 32;

  /// What a handshake (it has the interface of the published actor), a monitor or a down message, or a
  /// question to SpawnServ may have for payload.
  static constexpr std::uint32_t small_payload_bytes = 64 * 1024;

  /// What a message may have that is not of flat types (message_types.hpp), a down message, whose reason is
  /// an error with a message in it, and a question to SpawnServ. CAF's lists in lists take two bytes a level:
  /// ten times this is too much.
  static constexpr std::uint32_t nesting_payload_bytes = 4 * 1024;

private:
  std::optional<std::string> judge();
  bool judge_types(std::span<const char> payload);
  std::optional<std::string> judge_handshake(std::uint8_t flags);
  std::optional<std::string> judge_named(std::uint64_t destination);

  sender who_;
  std::uint32_t payload_bytes_;
  std::array<unsigned char, header_bytes> header_{};
  std::size_t have_ = 0;      ///< bytes of header_
  std::uint32_t to_pass_ = 0; ///< bytes of payload that are still to come
  std::array<char, type_names_bytes> types_{};
  std::size_t types_have_ = 0; ///< bytes of types_
  bool types_due_ = false;     ///< the payload that is passing has them
  std::uint64_t frames_ = 0;
  std::uint8_t handshakes_ = 0;
  bool asked_ = false; ///< SpawnServ
};

} // namespace rollcall::cluster
