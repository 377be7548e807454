#pragma once

#include "actors/messages.hpp"
#include "domain/base/ids.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall::events {

/// How many streams there may be on this node.
struct stream_bounds {
  std::size_t streams = 1'000;
  std::size_t streams_per_customer = 50;
};

/// What streams count, since the start. Any thread.
struct stream_counters {
  std::atomic<std::uint64_t> opened{0};
  std::atomic<std::uint64_t> refused{0}; ///< one too many
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> resumed{0};
  /// By reason.
  using by_reason = std::array<std::atomic<std::uint64_t>, reset_reasons.size()>;
  by_reason resets{}; ///< of whole mirrors
  by_reason resets_of_switch{};
};

/// A stream as the registry sees it.
class closable {
public:
  virtual ~closable() = default;

  /// Has it say bye and end. Any thread; does not block.
  virtual void close(std::string why) = 0;
};

/// Which streams are open, and whose. It owns none. Any thread.
class stream_registry : public std::enable_shared_from_this<stream_registry> {
public:
  /// A place among the streams; free again when the last copy is gone.
  using place = std::shared_ptr<const void>;

  void set_bounds(stream_bounds most);

  /// Null when there are too many, of all or of this customer.
  place enter(customer_id who);

  void add(const std::shared_ptr<closable>& stream);

  /// Closes those that are open, and every one that is added from now on.
  void close_all(const std::string& why);

  std::size_t size() const;

  stream_counters counters;

private:
  void leave(customer_id who);

  mutable std::mutex mutex_;
  stream_bounds most_;
  std::size_t open_ = 0;
  std::unordered_map<customer_id, std::size_t> of_customer_;
  std::vector<std::weak_ptr<closable>> streams_;
  std::string closed_; ///< why, when it is
};

} // namespace rollcall::events
