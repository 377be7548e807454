#pragma once

#include "transport/cluster/handshake.hpp"
#include "transport/net/strangers.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rollcall::cluster {

/// Listens to one who has connected: is it a node that we want? Kept alive by what is under way.
class greeter : public std::enable_shared_from_this<greeter> {
public:
  greeter(net::channel::socket connected, net::tls_context tls, const limits& bounds,
          std::shared_ptr<metrics> counters, registrar_ptr mesh);
  ~greeter();

  greeter(const greeter&) = delete;
  greeter& operator=(const greeter&) = delete;

  void run();

  /// Among the strangers, until the other end is let in. Before run().
  void take_place(net::strangers::place_ptr place) { place_ = std::move(place); }

  /// Ends it, unless the other end has been let in. Any thread.
  void stop();

private:
  void on_begun(const std::string& error);
  void on_heard(const std::string& error, const std::string& line);
  void do_challenge();
  void on_challenged(const std::string& error);
  void on_proof(const std::string& error, const std::string& line);
  void do_admit(const admission_key* proven_by);
  void turn_away(const refused& what);
  void refuse(const refused& what);

  std::shared_ptr<handshake> handshake_;
  std::shared_ptr<metrics> counters_;
  registrar_ptr mesh_;
  greeting theirs_;     ///< once they have said it
  admission_keys keys_; ///< that counted then
  std::string nonce_;   ///< of our challenge
  net::strangers::place_ptr place_;
  bool admitted_ = false;
};

} // namespace rollcall::cluster
