#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "apps/config/config.hpp"
#include "apps/rollcalld/actor_settings.hpp"
#include "apps/rollcalld/certificates.hpp"
#include "apps/rollcalld/cluster_part.hpp"
#include "apps/rollcalld/cluster_secret.hpp"
#include "apps/rollcalld/daemon.hpp"
#include "apps/rollcalld/directory_follower.hpp"
#include "apps/rollcalld/directory_status.hpp"
#include "apps/rollcalld/heartbeat.hpp"
#include "apps/rollcalld/latch.hpp"
#include "apps/rollcalld/pages.hpp"
#include "apps/rollcalld/sole_use.hpp"
#include "apps/rollcalld/stored_directory.hpp"
#include "apps/rollcalld/thread_pools.hpp"
#include "domain/audit/audit.hpp"
#include "transport/api/endpoint.hpp"
#include "transport/http/server.hpp"
#include "transport/switches/feed/server.hpp"
#include "transport/switches/registry/dialled_kinds.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// The parts of one node, in the order in which they are made. Its thread is that of run(), but for what is
/// said to be any thread's.
class daemon::impl {
public:
  impl(std::filesystem::path file, config config);

  void start();
  void run();

private:
  void start_actors();
  void start_listeners();
  void await_signal();
  void reload();
  directory_ptr directory_for(const config& next) const;
  void learn(const directory_news& news);
  void take(const stored_directory& stored);
  void take_nothing();

  /// What follows from a configuration with a directory, and may be refused on the way.
  struct consequences {
    std::shared_ptr<http::authenticator> authenticator;
    api::settings settings;
  };
  consequences prepare(const config& next, const directory_ptr& dir) const;
  void apply(config next, directory_ptr dir);
  void serve(directory_ptr dir, consequences prepared);
  void begin_stop();
  void hand_over(bool away);
  void drain();
  std::chrono::milliseconds next_wait() const;
  void resume_hang_ups();
  void share_secret();
  void tell_the_service_manager();
  void choose_dialled();

  std::filesystem::path file_;
  config config_;
  std::vector<file_lock> sole_use_; ///< of the state folder and the audit log, for the life of the process
  directory_ptr directory_;
  directory_status directory_status_;
  /// What the audit log has no end of, by the name of its switch, until that has a link.
  std::map<std::string, outstanding_hang_ups> outstanding_;

  boost::asio::io_context control_; ///< signals and reloads; run by the thread that called run()
  boost::asio::signal_set signals_;
  certificate_watch certificates_{control_};

  thread_pools thread_pools_;
  actor_settings actor_settings_;
  caf::actor_system system_{actor_settings_};
  context_ptr context_ = std::make_shared<node_context>();
  auditor_actor auditor_;
  history_writer_actor history_writer_;
  history_sampler_actor history_sampler_;
  limit_observer_actor limit_observer_;
  node_actor node_;
  cluster_frontend_actor front_;

  std::unique_ptr<cluster_secret> secret_;
  std::shared_ptr<api::confirmations> confirmations_ = std::make_shared<api::confirmations>();
  std::shared_ptr<http::authenticator> authenticator_; ///< kept over reloads: it knows which nonces are used
  std::unique_ptr<cluster_part> cluster_;
  std::unique_ptr<api::endpoint> endpoint_;
  std::unique_ptr<events::events_page> events_;
  std::unique_ptr<pages> pages_;
  std::unique_ptr<http::server> http_;
  std::unique_ptr<feed::server> feed_;
  std::unique_ptr<switches::dialled_kinds> dialled_;
  std::optional<heartbeat> heartbeat_;
  bool draining_ = false; ///< switches are to connect to other nodes
  bool stopping_ = false;
  std::chrono::steady_clock::time_point stop_by_; ///< when it is
  latch answers_;                                 ///< the last one is given
  latch lines_;                                   ///< the last one to a switch has left
};

} // namespace rollcall
