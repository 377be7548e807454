#include "actors/audit/auditor.hpp"
#include "actors/requests/cluster_frontend.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/scheduler.hpp"
#include "actors/tree/node.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcalld/applied_config.hpp"
#include "apps/rollcalld/daemon_impl.hpp"
#include "apps/rollcalld/directory_follower.hpp"
#include "apps/rollcalld/http_part.hpp"
#include "apps/rollcalld/logging.hpp"
#include "apps/rollcalld/open_files.hpp"
#include "apps/rollcalld/restart_rules.hpp"
#include "apps/rollcalld/settings.hpp"
#include "apps/rollcalld/stop_auditor.hpp"
#include "apps/rollcalld/usable_identity.hpp"
#include "storage/audit_log.hpp"
#include "transport/switches/common/link_port.hpp"

#include <boost/asio/post.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

using namespace std::chrono_literals;

namespace {

/// A stop takes so long at most (contract, 1). Running answers have all of it but what may be needed after
/// them: for lines that are on their way to switches, and for the audit log.
constexpr auto stop_limit = 10s;
constexpr auto after_answers = 1s;
constexpr auto answer_drain = stop_limit - after_answers;

/// How far back hang-ups without an end are looked for at the start.
constexpr auto remembered_hang_ups = 24h;

} // namespace

daemon::impl::impl(std::filesystem::path file, config config)
    : file_(std::move(file)),
      config_(std::move(config)),
      signals_(control_, SIGTERM, SIGINT, SIGHUP),
      actor_settings_(
          config_.cluster.has_value(),
          [this] { boost::asio::post(thread_pools_.sockets(), [this] { scheduler::of(system_).woken(); }); },
          thread_pools::size()) {}

void daemon::impl::start() {
  sole_use_ = take_sole_use(config_);
  try {
    directory_ = read_directory(config_);
  } catch (const database_away& e) {
    throw unusable_config{"directory.url", std::string{"cannot be used: "} + e.what()};
  }
  tell_of_homeless_switches(config_, *directory_);
  start_actors();
  start_listeners();
  thread_pools_.start(scheduler::of(system_));
  follow_directory(config_.directory.url, directory_status_, [this](stored_directory stored) {
    boost::asio::post(control_, [this, stored = std::move(stored)] { take(stored); });
  });
  log::info("rollcalld", "node {} is up: {} customers, {} accounts, {} switches", config_.node.id,
            directory_->entries().customers.size(), directory_->entries().accounts.size(),
            switches_of(config_, *directory_).size());
}

void daemon::impl::start_actors() {
  context_->node = node_id{config_.node.id};
  set_durations(*context_, config_);
  const auto audit_file = audit_file_of(config_);
  std::map<std::string, outstanding_hang_ups> outstanding;
  try {
    auto log = std::make_shared<audit_log>(audit_file);
    outstanding = log->outstanding(system_now() - remembered_hang_ups);
    auditor_ = spawn_auditor(system_, context_, std::move(log));
  } catch (const std::exception& e) {
    throw unusable_config{config_.audit.file.empty() ? "directory.url" : "audit.file",
                          "cannot have its audit log " + audit_file.string() + ": " + e.what()};
  }
  node_ = spawn_node(system_, context_, auditor_);
  secret_ =
      std::make_unique<cluster_secret>(state_folder_of(config_), context_->node, cluster_secret_of(config_));
  authenticator_ = authenticator_of(config_.http, secret_->nonce_keys());
  cluster_ = std::make_unique<cluster_part>(
      cluster_part::dependencies{
          thread_pools_.sockets(), system_, context_, node_, auditor_, secret_->told(),
          [this](const auto& theirs) {
            boost::asio::post(control_, [this, theirs] {
              if (secret_->learn(theirs))
                share_secret();
            });
          },
          [this](std::function<void()> what) { boost::asio::post(control_, std::move(what)); },
          [this] { boost::asio::post(control_, [this] { choose_dialled(); }); },
          [this](bool away) { boost::asio::post(control_, [this, away] { hand_over(away); }); },
          [this] { boost::asio::post(control_, [this] { begin_stop(); }); }},
      config_);
  front_ = spawn_cluster_frontend(system_, context_, node_, auditor_, cluster_->orders());
  cluster_->set_directory(directory_);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
  for (auto& [name, calls] : outstanding)
    caf::anon_send(node_, atom::resume_v, switch_name{name},
                   std::make_shared<const outstanding_hang_ups>(std::move(calls)));
}

void daemon::impl::start_listeners() {
  const auto attach = attach_to(system_, cluster_->attach());
  endpoint_ = std::make_unique<api::endpoint>(system_, front_, auditor_, context_,
                                              api_settings_of(config_, directory_, authenticator_));
  http_ = std::make_unique<http::server>(thread_pools_.sockets(), thread_pools_.encoders(),
                                         http_limits_of(config_, open_files()),
                                         [this](http::request request, http::reply_fn reply) {
                                           const scheduler::help by_this_thread{system_};
                                           pages_->handle(std::move(request), std::move(reply));
                                         });
  feed_ = std::make_unique<feed::server>(thread_pools_.sockets(), feed::limits{}, config_.node.id,
                                         secrets_of(config_, *directory_), attach, system_now);
  dialled_ = std::make_unique<switches::dialled_kinds>(thread_pools_.sockets(), switches::registry(), attach,
                                                       system_now);
  pages_ = std::make_unique<pages>(system_, node_, *endpoint_, context_, http_->counters(), feed_->counters(),
                                   *dialled_, *cluster_, directory_status_, certificates_);
  pages_->configure(directory_, switches_of(config_, *directory_), config_.calls.ready_grace);

  start_http(*http_, config_);
  feed_->set_tls(usable_identity("feed.tls", config_.feed.tls));
  for (const auto& address : config_.feed.listen) {
    const auto port =
        feed_->listen(to_string(address), config_.feed.tls ? net::security::tls : net::security::plain);
    log::info("rollcalld", "feed on {} (port {})", to_string(address), port);
  }
  cluster_->listen(config_);
  certificates_.set(certificates_of(config_));
  choose_dialled();
}

void daemon::impl::share_secret() {
  authenticator_->change_keys(secret_->nonce_keys());
  cluster_->set_secret(secret_->told());
}

void daemon::impl::choose_dialled() {
  auto next = dialled_of(config_, *directory_, *context_->cluster.view(), system_now());
  if (draining_)
    std::erase_if(next, [view = context_->cluster.view()](const switches::dialled& one) {
      return addresses_for(one.name, *view).has_value();
    });
  dialled_->set(next);
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
    begin_stop();
  });
}

/// Answers are finished while the switches go to other nodes: both may take most of the time.
void daemon::impl::begin_stop() {
  if (std::exchange(stopping_, true))
    return;
  stop_by_ = std::chrono::steady_clock::now() + stop_limit;
  http_->drain(answer_drain, [this] { answers_.open(); });
  cluster_->leave([this] { boost::asio::post(control_, [this] { control_.stop(); }); });
}

void daemon::impl::hand_over(bool away) {
  draining_ = away;
  choose_dialled();
  if (away)
    feed_->move(
        [view = context_->cluster.view()](const switch_name& name) { return addresses_for(name, *view); });
}

// Everything that can be refused is looked at before anything is changed: a reload is one step or none.
void daemon::impl::reload() {
  try {
    auto loaded = load_config_with_places(file_);
    auto next = std::move(loaded.value);
    refuse_changes_that_need_a_restart(config_, next);
    auto dir = directory_for(next);
    refuse_loss_of_environments(switches_of(config_, *directory_), *dir);
    apply(std::move(next), std::move(dir));
    for (const auto& line : loaded.warnings)
      log::warn("config", "{}", line);
    tell_of_homeless_switches(config_, *directory_);
    pages_->reloaded(true);
    log::info("rollcalld", "reloaded: {} customers, {} accounts, {} switches",
              directory_->entries().customers.size(), directory_->entries().accounts.size(),
              switches_of(config_, *directory_).size());
  } catch (const std::exception& e) {
    pages_->reloaded(false);
    log::error("rollcalld", "not reloaded, the old configuration and directory are kept: {}", e.what());
  }
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
    refuse_loss_of_environments(switches_of(config_, *directory_), *stored.content);
    if (stored.content->entries() != directory_->entries()) {
      serve(stored.content, prepare(config_, stored.content));
      tell_of_homeless_switches(config_, *directory_);
      log::info("directory", "reloaded: {} customers, {} accounts", directory_->entries().customers.size(),
                directory_->entries().accounts.size());
    }
    directory_status_.set(directory_status::state::current);
  } catch (const std::exception& e) {
    directory_status_.set(directory_status::state::refused);
    log::error("directory", "not reloaded, the old one is kept: {}", e.what());
  }
}

daemon::impl::consequences daemon::impl::prepare(const config& next, const directory_ptr& dir) const {
  auto authenticator = same_logins(next.http, config_.http)
                           ? authenticator_
                           : authenticator_of(next.http, secret_->nonce_keys());
  auto settings = api_settings_of(next, dir, authenticator);
  return {std::move(authenticator), std::move(settings)};
}

void daemon::impl::apply(config next, directory_ptr dir) {
  // These may still refuse: certificates, and what the settings are made of.
  auto prepared = prepare(next, dir);
  const auto change_cluster = cluster_->prepare(next);
  auto http_identity = usable_identity("http.tls", next.http.tls);
  auto feed_identity = usable_identity("feed.tls", next.feed.tls);
  auto certificates = certificates_of(next);
  // From here on nothing fails.
  http_->set_tls(http_identity);
  feed_->set_tls(feed_identity);
  config_ = std::move(next);
  set_up_logging(config_.log);
  set_durations(*context_, config_);
  bound_http_peers(*http_, config_.http);
  certificates_.set(std::move(certificates));
  change_cluster();
  secret_->configure(cluster_secret_of(config_));
  serve(std::move(dir), std::move(prepared));
  share_secret();
}

void daemon::impl::serve(directory_ptr dir, consequences prepared) {
  directory_ = std::move(dir);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
  authenticator_ = std::move(prepared.authenticator);
  cluster_->set_directory(directory_);
  endpoint_->change(std::move(prepared.settings));
  pages_->configure(directory_, switches_of(config_, *directory_), config_.calls.ready_grace);
  feed_->set_switches(secrets_of(config_, *directory_));
  choose_dialled();
}

/// For one of the things that follow the answers, while another one, or another half of this one, may follow.
std::chrono::milliseconds daemon::impl::next_wait() const {
  const auto left = stop_by_ - std::chrono::steady_clock::now();
  return std::clamp<std::chrono::milliseconds>(
      std::chrono::duration_cast<std::chrono::milliseconds>(left) / 2, 100ms, after_answers);
}

void daemon::impl::drain() {
  // They may have been given while switches were handed over.
  const auto cut = stop_by_ - after_answers + 100ms;
  answers_.wait(
      std::chrono::duration_cast<std::chrono::milliseconds>(cut - std::chrono::steady_clock::now()));
  dialled_->set({});
  const auto flushed_within = next_wait();
  feed_->drain(flushed_within, [this] { lines_.open(); });
  lines_.wait(flushed_within + 100ms);
  cluster_->stop();
  stop_auditor(system_, node_, auditor_, next_wait());
  thread_pools_.stop();
  log::info("rollcalld", "stopped");
}

daemon::daemon(std::filesystem::path file, config config)
    : impl_(std::make_unique<impl>(std::move(file), std::move(config))) {}

// A daemon is left, not taken down: see main.cpp.
daemon::~daemon() { static_cast<void>(impl_.release()); }

void daemon::start() { impl_->start(); }

void daemon::run() { impl_->run(); }

} // namespace rollcall
