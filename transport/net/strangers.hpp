#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace rollcall::net {

/// The connections of a listener that have not shown who they are. Each peer address may have a few, and all
/// together so many; a newcomer takes the place of the oldest, so that nobody is kept out by others who only
/// hold their places. Of IPv6 a /64 counts as one address. Any thread.
///
///     place_ = table.add(address, [weak] { … close it … });   // may close another one
///     place_.reset();                                          // it is a stranger no more
class strangers {
public:
  struct bounds {
    std::size_t per_address = 8;
    std::size_t total = 256;
  };

  /// A stranger's place. It is given up when this goes.
  class place;
  using place_ptr = std::unique_ptr<place>;

  explicit strangers(const bounds& most);

  /// Closes the oldest one of this address when it has its number, or else the oldest of all when there are
  /// too many: by calling its `close`, on this thread, without a lock held.
  place_ptr add(const boost::asio::ip::address& from, std::function<void()> close);

  std::size_t size() const;
  std::uint64_t replaced() const; ///< how many had to go for a newcomer

private:
  struct table;
  std::shared_ptr<table> table_;
};

class strangers::place {
public:
  place(std::shared_ptr<table> in, std::uint64_t number);
  ~place();
  place(const place&) = delete;
  place& operator=(const place&) = delete;

private:
  std::shared_ptr<table> in_;
  std::uint64_t number_;
};

} // namespace rollcall::net
