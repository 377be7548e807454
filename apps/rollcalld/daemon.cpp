#include "apps/rollcalld/daemon.hpp"

#include "actors/auditor.hpp"
#include "actors/front.hpp"
#include "actors/local_front.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"
#include "actors/scheduling/scheduler.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcalld/actor_settings.hpp"
#include "apps/rollcalld/cluster_part.hpp"
#include "apps/rollcalld/crew.hpp"
#include "apps/rollcalld/directory_follower.hpp"
#include "apps/rollcalld/latch.hpp"
#include "apps/rollcalld/logging.hpp"
#include "apps/rollcalld/pages.hpp"
#include "apps/rollcalld/restart_rules.hpp"
#include "apps/rollcalld/settings.hpp"
#include "apps/rollcalld/stored_directory.hpp"
#include "apps/rollcalld/usable_identity.hpp"
#include "storage/audit_log.hpp"
#include "transport/api/endpoint.hpp"
#include "transport/feed/server.hpp"
#include "transport/http/server.hpp"
#include "transport/kamailio/clients.hpp"
#include "transport/link_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rollcall {

using namespace std::chrono_literals;

namespace {

/// How long a stop waits for running answers (contract: 10 s at most, with what follows it).
constexpr auto answer_drain = 7s;

/// How long it then waits for lines that are on their way to switches, and for the audit log.
constexpr auto feed_drain = 1s;
constexpr auto audit_drain = 1s;

} // namespace

class daemon::impl {
public:
  impl(std::filesystem::path file, config config)
      : file_(std::move(file)),
        config_(std::move(config)),
        signals_(control_, SIGTERM, SIGINT, SIGHUP),
        actor_settings_(
            config_.cluster.has_value(),
            [this] { boost::asio::post(crew_.sockets(), [this] { scheduler::of(system_).woken(); }); },
            crew::size()) {}

  void start();
  void run();

private:
  void tell_of_homeless_switches() const;
  void start_actors();
  void start_listeners();
  void await_signal();
  void reload();
  void refuse_loss_of_environments(const directory& dir) const;
  directory_ptr directory_for(const config& next) const;
  void take(const stored_directory& stored);

  /// What follows from a configuration with a directory, and may be refused on the way.
  struct consequences {
    std::shared_ptr<http::authenticator> authenticator;
    api::settings settings;
  };
  consequences prepare(const config& next, const directory_ptr& dir) const;
  void apply(config next, directory_ptr dir);
  void serve(directory_ptr dir, consequences prepared);
  void set_durations(const config& config);
  void drain();
  void learn_secret(const std::string& secret);
  void choose_kamailios();

  std::filesystem::path file_;
  config config_;
  directory_ptr directory_;
  directory_status directory_status_;

  boost::asio::io_context control_; ///< signals and reloads; run by the thread that called run()
  boost::asio::signal_set signals_;

  crew crew_;
  actor_settings actor_settings_;
  caf::actor_system system_{actor_settings_};
  context_ptr context_ = std::make_shared<node_context>();
  auditor_actor auditor_;
  node_actor node_;
  local_front_actor local_;
  front_actor front_;

  std::string nonce_secret_ = random_nonce_secret();   ///< unless the configuration has one
  std::mutex secrets_mutex_;                           ///< of the next two
  std::shared_ptr<http::authenticator> authenticator_; ///< kept over reloads: it knows which nonces are used
  std::deque<std::string> other_secrets_;              ///< of the other nodes, oldest first
  std::unique_ptr<cluster_part> cluster_;
  std::unique_ptr<api::endpoint> endpoint_;
  std::unique_ptr<pages> pages_;
  std::unique_ptr<http::server> http_;
  std::unique_ptr<feed::server> feed_;
  std::unique_ptr<kamailio::clients> kamailios_;
  std::vector<kamailio::settings> chosen_kamailios_; ///< those that are this node's to connect to
};

void daemon::impl::start() {
  try {
    directory_ = read_directory(config_);
  } catch (const database_away& e) {
    throw unusable_config{"directory.url", std::string{"cannot be used: "} + e.what()};
  }
  tell_of_homeless_switches();
  start_actors();
  start_listeners();
  crew_.start(scheduler::of(system_));
  follow_directory(config_.directory.url, directory_status_, [this](stored_directory stored) {
    boost::asio::post(control_, [this, stored = std::move(stored)] { take(stored); });
  });
  log::info("rollcalld", "node {} is up: {} customers, {} accounts, {} switches", config_.node.id,
            directory_->entries().customers.size(), directory_->entries().accounts.size(),
            switches_of(config_, *directory_).size());
}

void daemon::impl::tell_of_homeless_switches() const {
  for (const auto& name : homeless_switches(config_, *directory_))
    log::error("rollcalld", "switch {} is not let in: the directory does not have its environment",
               name.value());
}

void daemon::impl::start_actors() {
  context_->node = node_id{config_.node.id};
  set_durations(config_);
  const auto audit_file = audit_file_of(config_);
  try {
    auditor_ = spawn_auditor(system_, context_, std::make_shared<audit_log>(audit_file));
  } catch (const std::exception& e) {
    throw unusable_config{config_.audit.file.empty() ? "directory.url" : "audit.file",
                          "cannot have its audit log " + audit_file.string() + ": " + e.what()};
  }
  node_ = spawn_node(system_, context_, auditor_);
  local_ = spawn_local_front(system_, context_, node_, auditor_);
  front_ = spawn_front(system_, context_, node_, local_);
  authenticator_ = authenticator_of(config_.http, nonce_secret_);
  cluster_ = std::make_unique<cluster_part>(
      cluster_part::surroundings{crew_.sockets(), system_, context_, local_, node_,
                                 config_.http.nonce_secret.empty() ? nonce_secret_
                                                                   : config_.http.nonce_secret,
                                 [this](const std::string& secret) { learn_secret(secret); },
                                 [this] { boost::asio::post(control_, [this] { choose_kamailios(); }); }},
      config_);
  cluster_->set_directory(directory_);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
}

void daemon::impl::set_durations(const config& config) {
  context_->dead_linger = config.calls.dead_linger;
  context_->disconnect_retry = config.calls.disconnect_retry;
}

void daemon::impl::start_listeners() {
  const auto attach = attach_to(system_, cluster_->attach());
  endpoint_ = std::make_unique<api::endpoint>(system_, front_, context_,
                                              api_settings_of(config_, directory_, authenticator_));
  http_ = std::make_unique<http::server>(crew_.sockets(), crew_.makers(), http_limits_of(config_),
                                         [this](http::request request, http::reply_fn reply) {
                                           const scheduler::help by_this_thread{system_};
                                           pages_->handle(std::move(request), std::move(reply));
                                         });
  feed_ = std::make_unique<feed::server>(crew_.sockets(), feed::limits{}, config_.node.id,
                                         secrets_of(config_, *directory_), attach, system_now);
  kamailios_ = std::make_unique<kamailio::clients>(crew_.sockets(), kamailio::limits{}, attach, system_now);
  pages_ = std::make_unique<pages>(system_, local_, *endpoint_, context_, http_->counters(),
                                   feed_->counters(), kamailios_->counters(), *cluster_, directory_status_,
                                   config_.calls.ready_grace);
  pages_->set_directory(directory_);

  http_->set_tls(usable_identity("http.tls", config_.http.tls));
  for (const auto& address : config_.http.listen) {
    const auto port =
        http_->listen(to_string(address), config_.http.tls ? http::security::tls : http::security::plain);
    log::info("rollcalld", "HTTP on {} (port {})", to_string(address), port);
  }
  feed_->set_tls(usable_identity("feed.tls", config_.feed.tls));
  for (const auto& address : config_.feed.listen) {
    const auto port =
        feed_->listen(to_string(address), config_.feed.tls ? http::security::tls : http::security::plain);
    log::info("rollcalld", "feed on {} (port {})", to_string(address), port);
  }
  cluster_->listen(config_);
  choose_kamailios();
}

void daemon::impl::learn_secret(const std::string& secret) {
  const std::lock_guard lock{secrets_mutex_};
  if (std::find(other_secrets_.begin(), other_secrets_.end(), secret) == other_secrets_.end())
    other_secrets_.push_back(secret);
  if (other_secrets_.size() > http::authenticator::most_secrets)
    other_secrets_.pop_front();
  authenticator_->recognise_also(secret);
}

void daemon::impl::choose_kamailios() {
  auto next = kamailios_of(config_, *directory_, *context_->cluster.view(), system_now());
  if (next == chosen_kamailios_)
    return;
  chosen_kamailios_ = next;
  kamailios_->set(std::move(next));
}

void daemon::impl::run() {
  await_signal();
  control_.run();
  drain();
}

void daemon::impl::await_signal() {
  signals_.async_wait([this](boost::system::error_code ec, int signal) {
    if (ec)
      return;
    if (signal == SIGHUP) {
      reload();
      await_signal();
      return;
    }
    log::info("rollcalld", "{}: stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    control_.stop();
  });
}

// Everything that can be refused is looked at before anything is changed: a reload is one step or none.
void daemon::impl::reload() {
  try {
    auto next = load_config(file_);
    refuse_changes_that_need_a_restart(config_, next);
    auto dir = directory_for(next);
    refuse_loss_of_environments(*dir);
    apply(std::move(next), std::move(dir));
    tell_of_homeless_switches();
    log::info("rollcalld", "reloaded: {} customers, {} accounts, {} switches",
              directory_->entries().customers.size(), directory_->entries().accounts.size(),
              switches_of(config_, *directory_).size());
  } catch (const std::exception& e) {
    log::error("rollcalld", "not reloaded, the old configuration and directory stay: {}", e.what());
  }
}

void daemon::impl::refuse_loss_of_environments(const directory& dir) const {
  for (const auto& known : switches_of(config_, *directory_))
    if (!dir.root(known.environment))
      throw unusable_config{"directory.url", "has no environment " + std::to_string(known.environment.value())
                                                 + " any more, which the calls of switch "
                                                 + known.name.value() + " are of"};
}

// A certificate runs out, database or no database: while that is away, a new configuration is taken with the
// directory that is in memory. Its passwords are of the old realm.
directory_ptr daemon::impl::directory_for(const config& next) const {
  const auto from_memory = [&](const std::string& why) {
    if (next.http.realm != config_.http.realm)
      throw unusable_config{"http.realm", "cannot be changed while the database of the directory is away"};
    log::warn("rollcalld", "reloading with the directory in memory: {}", why);
    return directory_;
  };
  if (directory_status_.away())
    return from_memory("its database is away");
  try {
    return read_directory(next);
  } catch (const database_away& e) {
    return from_memory(e.what());
  }
}

// The directory alone, when its database has told of a change: as a reload, one step or none.
void daemon::impl::take(const stored_directory& stored) {
  try {
    check_usable(stored, config_);
    refuse_loss_of_environments(*stored.content);
    if (stored.content->entries() != directory_->entries()) {
      serve(stored.content, prepare(config_, stored.content));
      tell_of_homeless_switches();
      log::info("directory", "reloaded: {} customers, {} accounts", directory_->entries().customers.size(),
                directory_->entries().accounts.size());
    }
    directory_status_.set(directory_status::state::current);
  } catch (const std::exception& e) {
    directory_status_.set(directory_status::state::refused);
    log::error("directory", "not reloaded, the old one stays: {}", e.what());
  }
}

daemon::impl::consequences daemon::impl::prepare(const config& next, const directory_ptr& dir) const {
  auto authenticator =
      same_logins(next.http, config_.http) ? authenticator_ : authenticator_of(next.http, nonce_secret_);
  auto settings = api_settings_of(next, dir, authenticator);
  kamailios_of(next, *dir, *context_->cluster.view(), system_now());
  return {std::move(authenticator), std::move(settings)};
}

void daemon::impl::apply(config next, directory_ptr dir) {
  // These may still refuse: certificates, and what the settings are made of.
  auto prepared = prepare(next, dir);
  const auto change_cluster = cluster_->prepare(next);
  auto http_identity = usable_identity("http.tls", next.http.tls);
  auto feed_identity = usable_identity("feed.tls", next.feed.tls);
  // From here on nothing fails.
  http_->set_tls(std::move(http_identity));
  feed_->set_tls(std::move(feed_identity));
  config_ = std::move(next);
  set_up_logging(config_.log);
  set_durations(config_);
  change_cluster();
  serve(std::move(dir), std::move(prepared));
}

void daemon::impl::serve(directory_ptr dir, consequences prepared) {
  directory_ = std::move(dir);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
  {
    const std::lock_guard lock{secrets_mutex_};
    authenticator_ = std::move(prepared.authenticator);
    for (const auto& secret : other_secrets_)
      authenticator_->recognise_also(secret);
  }
  cluster_->set_directory(directory_);
  endpoint_->change(std::move(prepared.settings));
  pages_->set_directory(directory_);
  feed_->set_switches(secrets_of(config_, *directory_));
  choose_kamailios();
}

void daemon::impl::drain() {
  latch answers;
  http_->drain(answer_drain, [&] { answers.open(); });
  answers.wait(answer_drain + 500ms);
  kamailios_->set({});
  latch lines;
  feed_->drain(feed_drain, [&] { lines.open(); });
  lines.wait(feed_drain + 500ms);
  cluster_->stop();
  // The auditor has nothing to do once the answers are given but to write down what switches refused last:
  // what the links have told it once they have answered.
  caf::scoped_actor self{system_};
  self->request(node_, audit_drain, caf::get_atom_v)
      .receive([](const link_statuses&) {}, [](const caf::error&) {});
  self->monitor(auditor_);
  self->send(caf::actor_cast<caf::actor>(auditor_),
             caf::exit_msg{self->address(), caf::exit_reason::user_shutdown});
  self->receive([](const caf::down_msg&) {}, caf::after(audit_drain) >> [] {});
  crew_.stop();
  log::info("rollcalld", "stopped");
}

daemon::daemon(std::filesystem::path file, config config)
    : impl_(std::make_unique<impl>(std::move(file), std::move(config))) {}

// A daemon is left, not taken down: see main.cpp.
daemon::~daemon() { static_cast<void>(impl_.release()); }

void daemon::start() { impl_->start(); }

void daemon::run() { impl_->run(); }

} // namespace rollcall
