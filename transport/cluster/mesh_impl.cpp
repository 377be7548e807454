#include "transport/cluster/mesh_impl.hpp"

#include "actors/runtime/log.hpp"
#include "transport/net/address_key.hpp"
#include "transport/net/dead_peer.hpp"
#include "transport/net/host_port.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

namespace {

void check(const std::string& address, bool tls) {
  const auto at = net::parse_host_port(address);
  if (!at)
    throw std::invalid_argument("'" + address + "' is not host:port");
  if (!tls && !is_loopback(*at))
    throw std::invalid_argument("'" + address + "' is not of this machine: others need TLS");
}

settings checked(settings with) {
  check(with.listen, with.tls != nullptr);
  for (const auto& each : with.peers)
    check(each, with.tls != nullptr);
  return with;
}

bool is_unspecified(const std::string& host) {
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  return !ec && address.is_unspecified();
}

/// A name may stand for others tomorrow; an address that is ours stays so.
bool is_numeric(const std::string& host) {
  boost::system::error_code ec;
  asio::ip::make_address(host, ec);
  return !ec;
}

} // namespace

mesh::impl::impl(asio::io_context& io, caf::actor_system& system, settings with, published_actor published,
                 cluster::events tell)
    : io_(io),
      with_(checked(std::move(with))),
      basp_(std::make_shared<basp_bridge>(system, std::move(published))),
      strangers_(with_.bounds.strangers),
      guessers_(guessing_addresses, with_.bounds.guesses),
      tls_(with_.tls),
      peers_(with_.peers),
      self_(with_.self),
      telling_(asio::make_strand(io)),
      news_(std::move(tell)) {
  book_.configure(with_.peers, system_now());
  secrets_.set(with_.secret, secret_book::clock::now());
}

std::uint16_t mesh::impl::listen() {
  const auto opened = std::make_shared<net::listener>(io_, with_.listen, listener_events());
  const std::lock_guard lock{mutex_};
  listener_ = opened;
  const auto port = opened->port();
  if (self_.address.empty()) {
    const auto host = net::parse_host_port(with_.listen).value().host;
    self_.address = is_unspecified(host) ? ':' + std::to_string(port)
                                         : to_string(net::host_port{host, std::to_string(port)});
  }
  listening_ = true;
  opened->run();
  dial_all();
  return port;
}

void mesh::impl::drop(const node_id& node, std::uint64_t connection, const std::string& why) {
  const std::lock_guard lock{mutex_};
  if (const auto found = members_.find(connection);
      found != members_.end() && found->second.claimed.theirs.of.node == node)
    let_go(connection, why);
}

void mesh::impl::set_peers(std::vector<std::string> peers) {
  const std::lock_guard lock{mutex_};
  for (const auto& each : peers)
    check(each, tls_ != nullptr);
  for (const auto& gone : book_.configure(peers, system_now()))
    stop_dialler(gone);
  peers_ = std::move(peers);
  if (listening_)
    dial_all();
}

void mesh::impl::set_tls(net::tls_context identity) {
  const std::lock_guard lock{mutex_};
  if ((identity == nullptr) != (tls_ == nullptr))
    throw std::logic_error("TLS between nodes cannot come or go while they run");
  tls_ = std::move(identity);
  std::vector<std::uint64_t> untrusted;
  for (const auto& [connection, each] : members_)
    if (each.claimed.certificate && !each.claimed.certificate.is_trusted_by(tls_))
      untrusted.push_back(connection);
  for (const auto connection : untrusted)
    let_go(connection, "its certificate's authority was removed from this node");
}

void mesh::impl::set_secret(const std::string& secret) {
  const std::lock_guard lock{mutex_};
  secrets_.set(secret, secret_book::clock::now());
}

std::vector<peer_status> mesh::impl::status() const {
  const std::lock_guard lock{mutex_};
  return book_.status();
}

void mesh::impl::stop() {
  const std::lock_guard lock{mutex_};
  if (std::exchange(stopped_, true))
    return;
  if (listener_)
    listener_->stop();
  for (const auto& [address, each] : diallers_)
    each->stop();
  diallers_.clear();
  for (const auto& [key, weak] : greeters_)
    if (const auto each = weak.lock())
      each->stop();
  while (!members_.empty())
    let_go(members_.begin()->first, "this node stops");
}

// --- those who connect

net::listener::events mesh::impl::listener_events() {
  return {[weak = weak_from_this()](net::channel::socket connected) {
            if (const auto self = weak.lock())
              self->on_accepted(std::move(connected));
          },
          [counters = counters_](const std::optional<std::string>& line) {
            ++counters->accept_errors;
            if (line)
              log::warn("cluster", "{}", *line);
          }};
}

void mesh::impl::on_accepted(net::channel::socket connected) {
  ++counters_->accepted;
  const std::lock_guard lock{mutex_};
  std::erase_if(greeters_, [](const auto& each) { return each.second.expired(); });
  if (stopped_)
    return;
  net::channel::error_code ec;
  const auto from = connected.remote_endpoint(ec).address();
  if (ec)
    return; // gone again
  net::notice_dead_peer(connected.native_handle(), with_.bounds.dead_peer);
  const auto opened =
      std::make_shared<greeter>(std::move(connected), tls_, with_.bounds, counters_, shared_from_this());
  greeters_.emplace(opened.get(), opened);
  // Called by add() of a later one, below this function and with its lock.
  const std::weak_ptr<greeter> weak = opened;
  opened->take_place(strangers_.add(from, [this, weak, address = from.to_string()] {
    ++counters_->turned_away;
    log_peer_line(true, about_stranger(address, "replaced"),
                  "a connection from " + address
                      + " that has not said hello is closed: a newer one takes its place");
    if (const auto oldest = weak.lock())
      oldest->stop();
  }));
  opened->run();
}

void mesh::impl::failed(const std::string& address, const std::string& why) {
  const std::lock_guard lock{mutex_};
  log_peer_line(!stopped_, about_stranger(address, "failed"),
                "a connection from " + address + " failed: " + why);
}

void mesh::impl::turn_away(const refused& what, const std::string& address, bool stranger) {
  const std::lock_guard lock{mutex_};
  const auto code = code_of(what.why);
  counters_->count_refusal(code);
  log_peer_line(true, stranger ? about_stranger(address, code) : peer_line{false, address, code},
                "refused a stranger at " + address + " (" + std::string{code} + "): " + what.message);
}

void mesh::impl::turned_away(const refused& what, const std::string& address) {
  const std::lock_guard lock{mutex_};
  const auto code = code_of(what.why);
  log_peer_line(is_error(what.why), {false, address, code},
                name_of(what.node, address) + " refuses this node (" + std::string{code}
                    + "): " + what.message);
}

// --- whom to dial

bool mesh::impl::is_wanted(const std::string& address) {
  const std::lock_guard lock{mutex_};
  const auto* known = book_.find(address);
  if (stopped_ || !known || known->ours)
    return false;
  return std::none_of(members_.begin(), members_.end(), [&](const auto& each) {
    return each.second.claimed.theirs.of.node == known->status.node;
  });
}

void mesh::impl::attempted(const std::string& address, const attempt_outcome& outcome) {
  const std::lock_guard lock{mutex_};
  auto noted = outcome;
  if (outcome.ours)
    noted.node.reset();
  noted.self = outcome.ours;
  noted.ours = outcome.ours && is_numeric(net::parse_host_port(address).value().host);
  book_.attempted(address, noted);
  if (!outcome.error.empty())
    log::debug("cluster", "{}: {}", address, outcome.error);
}

void mesh::impl::learn(const std::string& address, const std::optional<node_id>& node) {
  const auto at = net::parse_host_port(address);
  if (!at || address == self_.address || (!tls_ && !is_loopback(*at)))
    return;
  if (const auto gone = book_.learn(address, node, system_now()))
    stop_dialler(*gone);
}

void mesh::impl::dial_all() {
  if (stopped_)
    return;
  for (const auto& each : book_.status()) {
    auto& working = diallers_[each.address];
    if (working)
      continue;
    const auto identity = [weak = weak_from_this()]() -> net::tls_context {
      const auto self = weak.lock();
      if (!self)
        return nullptr;
      const std::lock_guard lock{self->mutex_};
      return self->tls_;
    };
    working =
        std::make_shared<dialler>(io_, each.address, identity, with_.bounds, counters_, shared_from_this());
    working->start();
  }
}

void mesh::impl::wake_diallers(const node_id& node, bool was_there) {
  for (const auto& [address, each] : diallers_)
    if (const auto* known = book_.find(address); known && known->status.node == node)
      each->wake(was_there);
}

void mesh::impl::stop_dialler(const std::string& address) {
  if (const auto found = diallers_.find(address); found != diallers_.end()) {
    found->second->stop();
    diallers_.erase(found);
  }
}

// --- what is told

std::string mesh::impl::name_of(const node_id& node, const std::string& address) {
  return (node.known() ? node.value() : std::string{"a stranger"}) + " at " + address;
}

peer_line mesh::impl::about_stranger(const std::string& peer, std::string_view kind) {
  return {true, net::address_key{peer}.text(), kind};
}

void mesh::impl::log_peer_line(bool aloud, const peer_line& about, const std::string& text) {
  const auto more = aloud ? log_throttle_.admit(about, text, peer_log_throttle::clock::now()) : std::nullopt;
  if (more)
    log::warn("cluster", "{}{}", text, *more);
  else
    log::debug("cluster", "{}", text);
}

void mesh::impl::tell(std::function<void(const cluster::events&)> news) {
  asio::post(telling_, [self = shared_from_this(), news = std::move(news)] {
    const std::lock_guard lock{self->news_mutex_};
    if (!self->silent_)
      news(self->news_);
  });
}

void mesh::impl::silence() {
  const std::lock_guard lock{news_mutex_};
  silent_ = true;
}

} // namespace rollcall::cluster
