#pragma once

#include "transport/http/peers.hpp"
#include "transport/net/address_key.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rollcall::http {

/// Counts the open connections of each address, so that one that opens all it can takes none from the others.
/// Addresses without connections are not in it. Any thread. Owned by a shared_ptr.
class peer_table : public std::enable_shared_from_this<peer_table> {
public:
  /// A connection of an address; counted until its end.
  class place {
  public:
    place() = default;
    place(std::shared_ptr<peer_table> in, net::address_key whose) : in_(std::move(in)), whose_(whose) {}
    place(place&& other) noexcept : in_(std::move(other.in_)), whose_(other.whose_) {}
    place& operator=(place&& other) noexcept {
      std::swap(in_, other.in_);
      std::swap(whose_, other.whose_);
      return *this;
    }
    /// False for the connections of an exempt address.
    bool is_counted() const { return in_ != nullptr; }

    ~place() {
      if (in_)
        in_->leave(whose_);
    }

  private:
    std::shared_ptr<peer_table> in_; ///< null: nothing is counted
    net::address_key whose_;
  };

  /// From now on. The addresses of `exempt` are not counted.
  void bound(std::size_t most, peer_list exempt) {
    const std::lock_guard lock{mutex_};
    most_ = most;
    exempt_ = std::move(exempt);
  }

  /// None when this address has as many as it may.
  std::optional<place> enter(std::string_view peer) {
    const net::address_key key{peer};
    const std::lock_guard lock{mutex_};
    if (exempt_.contains(peer))
      return place{};
    auto& count = open_[key];
    if (count >= most_)
      return std::nullopt;
    ++count;
    return place{shared_from_this(), key};
  }

private:
  void leave(const net::address_key& key) {
    const std::lock_guard lock{mutex_};
    const auto found = open_.find(key);
    if (--found->second == 0)
      open_.erase(found);
  }

  std::mutex mutex_;
  std::size_t most_ = 256;
  peer_list exempt_;
  std::unordered_map<net::address_key, std::size_t, net::address_key::hash> open_;
};

} // namespace rollcall::http
