#pragma once

#include "transport/cluster/mesh.hpp"
#include "transport/cluster/registrar.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::cluster {

/// Where other nodes are: the configured addresses, and up to `learned_addresses` that other nodes named. The
/// learned ones are kept when their nodes are gone, for it may be us who cannot see them; when there are too
/// many, the one that was gone for longest makes room. Pure. One thread.
class address_book {
public:
  struct entry {
    peer_status status; ///< but for `connected`
    bool ours = false;  ///< known to be our own
  };

  /// These are the configured ones from now on. One that no longer is stays as a learned one if a node was
  /// ever there, and is removed otherwise. Returns those that were removed.
  std::vector<std::string> configure(const std::vector<std::string>& addresses, timestamp now);

  /// A node named this address, as its own if `node` is set; which it is not believed while another node is
  /// connected whose address this is. Returns the address that made room for it.
  std::optional<std::string> learn(const std::string& address, const std::optional<node_id>& node,
                                   timestamp now);

  /// What came of an attempt.
  void attempted(const std::string& address, const attempt_outcome& outcome);

  /// A node is there, or gone.
  void joined(const node_id& node, timestamp now);
  void left(const node_id& node, const std::string& why, timestamp now);

  const entry* find(const std::string& address) const;

  /// All addresses, the configured ones first; without those that are ours.
  std::vector<peer_status> status() const;

  /// What to tell others, those that are connected first.
  std::vector<std::string> addresses(std::size_t at_most) const;

private:
  bool is_connected(const entry& each) const;
  entry& add(const std::string& address, timestamp now);
  std::optional<std::string> make_room();

  std::map<std::string, entry> entries_;
  std::map<node_id, timestamp> connected_; ///< since when
};

} // namespace rollcall::cluster
