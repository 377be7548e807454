#pragma once

#include "actors/messages.hpp"
#include "transport/net/text_seal.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::api {

/// What a dry run has counted, for the request that confirms it.
struct counted_preview {
  std::string id; ///< 16 bytes that no other preview has
  timestamp at;   ///< when it was counted, by the clock of the node that was asked
  std::map<std::string, node_allowance> nodes;
};

/// For how long a preview can be confirmed.
constexpr std::chrono::seconds confirmable{60};

/// Writes a preview as the token of `confirm`, and reads it again on any node of the cluster. The client
/// keeps the token; no node does. Any thread.
class confirmations {
public:
  /// As net::text_seal has them.
  explicit confirmations(std::vector<net::derived_key> keys = {}) { change_keys(std::move(keys)); }

  void change_keys(std::vector<net::derived_key> keys);

  /// The token of what was counted, for the request and login that `bound_to` names. Empty without a key, and
  /// for one that would be too long for a request: of calls of several hundred switches. Throws
  /// std::runtime_error when OpenSSL fails.
  std::string token_of(const cluster_preview_answer& told, std::string_view bound_to) const;

  /// None when this cluster did not write the token, or wrote it for another request or login. Throws as
  /// token_of() does.
  std::optional<counted_preview> read(std::string_view token, std::string_view bound_to) const;

private:
  std::shared_ptr<const net::text_seal> seal() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const net::text_seal> seal_;
};

/// Whether a preview can be confirmed now on the node `own`: by the clock of this node, where it has counted
/// as well.
bool is_confirmable(const counted_preview& preview, const node_id& own, timestamp now);

} // namespace rollcall::api
