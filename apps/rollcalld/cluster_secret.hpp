#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/cluster/secret_ring.hpp"
#include "domain/cluster/shared_secret.hpp"
#include "transport/http/digest.hpp"
#include "transport/net/derived_key.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// The cluster's secret, as a node has it. Where none is configured it is one that the node has made, or that
/// another node has told; that one, and former ones of its kind, are kept in secret.json in the folder of the
/// state. A configured one is told to nobody and kept nowhere. One thread, which waits for disks.
class cluster_secret {
public:
  /// Reads what is kept. A file that cannot be read is in the log, and another secret takes its place. Throws
  /// std::runtime_error when the system has no random bytes.
  cluster_secret(const std::filesystem::path& folder, const node_id& own, std::string configured,
                 wall_clock now = system_now);

  /// The secret of the configuration is this one now; empty: it has none. What could not be written is tried
  /// again.
  void configure(std::string configured);

  /// What another node tells. True when this node takes it.
  bool learn(const shared_secret& theirs);

  /// What other nodes are to hear: nothing where one is configured.
  shared_secret told() const;

  /// For HTTP Digest: of the secret in use, and of those that are still good.
  std::vector<http::nonce_key> nonce_keys() const;

  /// For tokens of streams: the same, the one to write with first.
  std::vector<net::derived_key> token_keys() const;

  /// For tokens of previews: the same.
  std::vector<net::derived_key> confirmation_keys() const;

private:
  std::vector<net::derived_key> keys_for(std::string_view purpose) const;

  struct content {
    shared_secret shared;
    std::vector<former_secret> former;
    friend bool operator==(const content&, const content&) = default;
  };

  std::optional<content> read() const;
  content to_keep() const;
  bool is_to_be_kept() const;
  void keep();
  static content parse(const std::string& text);
  static std::string written(const content& what);

  std::filesystem::path file_;
  wall_clock now_;
  std::optional<content> kept_; ///< as the file has it
  secret_ring ring_;
  bool failed_ = false;
};

} // namespace rollcall
