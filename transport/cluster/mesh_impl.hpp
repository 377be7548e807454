#pragma once

#include "transport/cluster/address_book.hpp"
#include "transport/cluster/admission.hpp"
#include "transport/cluster/dialler.hpp"
#include "transport/cluster/greeter.hpp"
#include "transport/cluster/mesh.hpp"
#include "transport/cluster/node_connection.hpp"
#include "transport/cluster/peer_log_throttle.hpp"
#include "transport/cluster/secret_book.hpp"
#include "transport/net/guess_brake.hpp"
#include "transport/net/listener.hpp"
#include "transport/net/strangers.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall::cluster {

/// What is behind the mesh: who is connected, and everybody who works on that. One mutex guards it; nothing
/// that takes time happens under it. News is told on a strand, in the order in which it was found.
class mesh::impl : public registrar, public std::enable_shared_from_this<mesh::impl> {
public:
  impl(boost::asio::io_context& io, caf::actor_system& system, settings with, published_actor published,
       cluster::events tell);

  std::uint16_t listen();
  void drop(const node_id& node, std::uint64_t connection, const std::string& why);
  void set_peers(std::vector<std::string> peers);
  void set_tls(net::tls_context identity);
  void set_secret(const std::string& secret);
  std::vector<peer_status> status() const;
  const metrics& counters() const noexcept { return *counters_; }
  void stop();

  /// No news any more. Not from within news.
  void silence();

  greeting mine() override;
  admission_keys keys() override;
  net::guess_brake& guessers() override { return guessers_; }
  std::variant<claim, refused> admit(const greeting& theirs, bool dialled, const std::string& address,
                                     const identification& by) override;
  void carry(const claim& claimed, channel_ptr over) override;
  void give_up(const claim& claimed, const std::string& why) override;
  void turn_away(const refused& what, const std::string& address, bool stranger) override;
  void turned_away(const refused& what, const std::string& address) override;
  void failed(const std::string& address, const std::string& why) override;
  bool is_wanted(const std::string& address) override;
  void attempted(const std::string& address, const attempt_outcome& outcome) override;

private:
  struct member {
    claim claimed;
    bool in_use = false;
    std::shared_ptr<node_connection> carrier; ///< null until carry()
  };

  net::listener::events listener_events();
  void on_accepted(net::channel::socket connected);
  void on_in_use(std::uint64_t connection, const caf::strong_actor_ptr& published,
                 std::function<void()> then);
  void release(std::uint64_t connection, const std::string& why);

  /// How the log calls a node.
  static std::string name_of(const node_id& node, const std::string& address);

  /// Of somebody who has connected from this address.
  static peer_line about_stranger(const std::string& peer, std::string_view kind);

  // With the mutex held:
  greeting say_mine() const;
  std::vector<standing> held() const;
  admission_decision judge(const greeting& theirs, bool dialled, const std::string& address,
                           const identification& by) const;
  void let_go(std::uint64_t connection, const std::string& why);
  void learn(const std::string& address, const std::optional<node_id>& node);
  void dial_all();
  void wake_diallers(const node_id& node, bool was_there);
  void stop_dialler(const std::string& address);
  void log_peer_line(bool aloud, const peer_line& about, const std::string& text);
  void tell(std::function<void(const cluster::events&)> news);

  boost::asio::io_context& io_;
  const settings with_;
  const std::shared_ptr<const basp_bridge> basp_;
  const std::shared_ptr<metrics> counters_ = std::make_shared<metrics>();
  net::strangers strangers_;
  net::guess_brake guessers_;

  mutable std::mutex mutex_; ///< guards what follows
  net::tls_context tls_;
  secret_book secrets_;
  std::vector<std::string> peers_; ///< as configured
  node_hello self_;
  address_book book_;
  peer_log_throttle log_throttle_;
  std::shared_ptr<net::listener> listener_;
  std::unordered_map<std::string, std::shared_ptr<dialler>> diallers_;
  std::unordered_map<const greeter*, std::weak_ptr<greeter>> greeters_;
  std::map<std::uint64_t, member> members_; ///< by connection
  std::uint64_t last_connection_ = 0;
  bool listening_ = false;
  bool stopped_ = false;

  net::channel::strand telling_;
  std::mutex news_mutex_; ///< held while news is told
  cluster::events news_;
  bool silent_ = false;
};

} // namespace rollcall::cluster
