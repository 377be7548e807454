#include "transport/net/strangers.hpp"

#include "transport/net/address_key.hpp"

#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

namespace rollcall::net {

struct strangers::table {
  struct stranger {
    address_key key;
    std::function<void()> close;
  };

  explicit table(const bounds& limits) : most(limits) {}

  /// Takes out whoever has to go for one more of this address.
  std::function<void()> make_room(const address_key& key) {
    const auto own = by_address.find(key);
    if (own != by_address.end() && own->second.size() >= most.per_address)
      return take(*own->second.begin());
    if (all.size() >= most.total && !all.empty())
      return take(all.begin()->first);
    return {};
  }

  std::function<void()> take(std::uint64_t number) {
    const auto found = all.find(number);
    if (found == all.end())
      return {};
    const auto own = by_address.find(found->second.key);
    own->second.erase(number);
    if (own->second.empty())
      by_address.erase(own);
    auto close = std::move(found->second.close);
    all.erase(found);
    return close;
  }

  const bounds most;
  mutable std::mutex mutex;              ///< guards what follows
  std::map<std::uint64_t, stranger> all; ///< by number: the oldest first
  std::unordered_map<address_key, std::set<std::uint64_t>, address_key::hash> by_address;
  std::uint64_t last_number = 0;
  std::uint64_t replaced = 0;
};

strangers::strangers(const bounds& most) : table_(std::make_shared<table>(most)) {}

strangers::place_ptr strangers::add(const boost::asio::ip::address& from, std::function<void()> close) {
  const address_key key{from.to_string()};
  std::function<void()> close_other;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock{table_->mutex};
    close_other = table_->make_room(key);
    table_->replaced += close_other ? 1 : 0;
    number = ++table_->last_number;
    table_->by_address[key].insert(number);
    table_->all.emplace(number, table::stranger{key, std::move(close)});
  }
  if (close_other)
    close_other();
  return std::make_unique<place>(table_, number);
}

std::size_t strangers::size() const {
  const std::lock_guard lock{table_->mutex};
  return table_->all.size();
}

std::uint64_t strangers::replaced() const {
  const std::lock_guard lock{table_->mutex};
  return table_->replaced;
}

strangers::place::place(std::shared_ptr<table> in, std::uint64_t number)
    : in_(std::move(in)), number_(number) {}

strangers::place::~place() {
  std::function<void()> close; // outlives the lock: what it holds on to may come back here
  const std::lock_guard lock{in_->mutex};
  close = in_->take(number_);
}

} // namespace rollcall::net
