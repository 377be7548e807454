#pragma once

#include "transport/cluster/admission.hpp"
#include "transport/cluster/secret.hpp"
#include "transport/net/channel.hpp"
#include "transport/net/guess_brake.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace rollcall::cluster {

using channel_ptr = std::shared_ptr<net::channel>;

/// A connection to a node that the mesh has made up its mind to have.
struct claim {
  std::uint64_t connection = 0;
  bool dialled = false;
  greeting theirs;
  std::string address;               ///< where it was dialled, or is seen
  net::peer_certificate certificate; ///< empty without TLS
};

/// What a connection has shown of who is at its other end.
struct identification {
  credentials shown;
  net::peer_certificate certificate; ///< empty without TLS
  std::string peer;                  ///< the address of its socket
};

/// What came of one attempt at an address.
struct attempt_outcome {
  bool connected = false;
  bool ours = false;           ///< nobody but ourselves is there
  std::optional<node_id> node; ///< who is there, as far as known
  std::string error;           ///< for people, when nobody was connected to
  bool self = false; ///< nobody but ourselves was there, though the name may stand for others tomorrow
};

/// The mesh as those see it who find connections for it. Any thread; nothing blocks.
class registrar {
public:
  virtual ~registrar() = default;

  /// What to say of ourselves.
  virtual greeting mine() = 0;

  /// By which nodes without certificates prove that they belong here; none where they are not asked to.
  virtual admission_keys keys() = 0;

  /// Who was wrong about the secret.
  virtual net::guess_brake& guessers() = 0;

  /// Whether a connection to this node is wanted (admission.hpp). A claim is followed by carry() or
  /// give_up().
  virtual std::variant<claim, refused> admit(const greeting& theirs, bool dialled, const std::string& address,
                                             const identification& by) = 0;

  /// Enough was said, in both directions: BASP goes on.
  virtual void carry(const claim& claimed, channel_ptr over) = 0;

  virtual void give_up(const claim& claimed, const std::string& why) = 0;

  /// We refuse one who said nothing that could be admitted. A stranger has connected to us, and shown no
  /// certificate.
  virtual void turn_away(const refused& what, const std::string& address, bool stranger) = 0;

  /// They refuse us, at this address.
  virtual void turned_away(const refused& what, const std::string& address) = 0;

  /// Somebody connected and failed before any words.
  virtual void failed(const std::string& address, const std::string& why) = 0;

  /// False while the node of this address is connected.
  virtual bool is_wanted(const std::string& address) = 0;

  virtual void attempted(const std::string& address, const attempt_outcome& outcome) = 0;
};

using registrar_ptr = std::shared_ptr<registrar>;

} // namespace rollcall::cluster
