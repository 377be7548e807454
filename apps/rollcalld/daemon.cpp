#include "actors/audit/auditor.hpp"
#include "actors/history/history_sampler.hpp"
#include "actors/history/history_writer.hpp"
#include "actors/limits/limit_observer.hpp"
#include "actors/requests/cluster_frontend.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/scheduler.hpp"
#include "actors/tree/node.hpp"
#include "apps/rollcalld/advice.hpp"
#include "apps/rollcalld/applied_config.hpp"
#include "apps/rollcalld/daemon_impl.hpp"
#include "apps/rollcalld/http_part.hpp"
#include "apps/rollcalld/logging.hpp"
#include "apps/rollcalld/open_files.hpp"
#include "apps/rollcalld/service_manager.hpp"
#include "apps/rollcalld/settings.hpp"
#include "apps/rollcalld/status_line.hpp"
#include "apps/rollcalld/usable_identity.hpp"
#include "apps/version/version.hpp"
#include "storage/audit_log.hpp"
#include "storage/history_file.hpp"
#include "storage/sqlite.hpp"
#include "transport/switches/common/link_port.hpp"
#include "transport/switches/registry/registry.hpp"

#include <boost/asio/post.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <csignal>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

using namespace std::chrono_literals;

namespace {

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
  make_missing_file(config_.directory);
  auto found = find_directory(config_);
  directory_status_.set(found.state);
  directory_ = found.content ? std::move(found.content) : directory::link({});
  tell_of_homeless_switches(config_, *directory_);
  if (!directory_->has_customers())
    log::warn("directory", "nobody can be served yet: {}", found.why);
  start_actors();
  start_listeners();
  thread_pools_.start(scheduler::of(system_));
  follow_directory(config_.directory.url, std::move(found.store), [this](directory_news news) {
    boost::asio::post(control_, [this, news = std::move(news)] { learn(news); });
  });
  log::info("rollcalld", "node {} is up: {} customers, {} accounts, {} switches", config_.node.id,
            directory_->entries().customers.size(), directory_->entries().accounts.size(),
            switches_of(config_, *directory_).size());
  tell_the_service_manager();
}

void daemon::impl::start_actors() {
  context_->node = node_id{config_.node.id};
  context_->version = version();
  context_->started = system_now();
  set_durations(*context_, config_);
  const auto audit_file = audit_file_of(config_);
  try {
    auto log = std::make_shared<audit_log>(audit_file);
    outstanding_ = log->outstanding(system_now() - remembered_hang_ups);
    auditor_ = spawn_auditor(system_, context_, std::move(log));
  } catch (const sqlite::error& e) {
    const auto reason = "cannot have its audit log " + audit_file.string() + ": " + e.what();
    const auto* key = config_.audit.file.empty() ? "directory.url" : "audit.file";
    if (e.is_of_the_file())
      throw unusable_config{key, reason};
    throw unavailable{key, reason + advice_for(e)};
  }
  node_ = spawn_node(system_, context_, auditor_);
  const auto history_file = history_file_of(config_);
  history_writer_ = spawn_history_writer(system_, context_, std::make_shared<history_writer>(history_file));
  secret_ =
      std::make_unique<cluster_secret>(state_folder_of(config_), context_->node, cluster_secret_of(config_));
  authenticator_ = authenticator_of(config_.http, secret_->nonce_keys());
  confirmations_->change_keys(secret_->confirmation_keys());
  cluster_ = std::make_unique<cluster_part>(
      cluster_part::dependencies{
          thread_pools_.sockets(), system_, context_, node_, auditor_, history_writer_, secret_->told(),
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
  front_ = spawn_cluster_frontend(
      system_, context_, node_, auditor_, cluster_->orders(),
      spawn_history_reader(system_, context_, std::make_shared<history_reader>(history_file)));
  history_sampler_ = spawn_history_sampler(system_, context_, front_, history_writer_);
  caf::anon_send(history_sampler_, directory_);
  limit_observer_ = spawn_limit_observer(system_, context_, front_);
  caf::anon_send(limit_observer_, directory_);
  cluster_->set_directory(directory_);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
  resume_hang_ups();
}

// A switch has a link once its environment is known, which may be long after the start.
void daemon::impl::resume_hang_ups() {
  for (const auto& each : switches_of(config_, *directory_))
    if (auto found = outstanding_.extract(each.name.value()))
      caf::anon_send(node_, atom::resume_v, each.name,
                     std::make_shared<const outstanding_hang_ups>(std::move(found.mapped())));
}

void daemon::impl::start_listeners() {
  const auto attach = attach_to(system_, cluster_->attach());
  endpoint_ =
      std::make_unique<api::endpoint>(system_, front_, auditor_, context_,
                                      api_settings_of(config_, directory_, authenticator_, confirmations_));
  events_ = std::make_unique<events::events_page>([this] { return endpoint_->current(); });
  events_->streams().set_bounds(stream_bounds_of(config_));
  events_->set_tokens(std::make_shared<const events::token_seal>(secret_->token_keys()));
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
                                   *dialled_, *cluster_, directory_status_, certificates_, *events_);
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

// What people read goes on being told until the stop; a watchdog is fed by the same answers.
void daemon::impl::tell_the_service_manager() {
  service_manager::ready();
  heartbeat_.emplace(
      control_, [this](auto answered) { ask_actors(system_, node_, std::move(answered)); },
      [this](auto tell) {
        pages_->look(
            [served = directory_->has_customers(), source = directory_status_.look(),
             tell = std::move(tell)](const overview& seen) { tell(status_line(seen, served, source)); });
      });
  heartbeat_->start();
}

void daemon::impl::share_secret() {
  authenticator_->change_keys(secret_->nonce_keys());
  confirmations_->change_keys(secret_->confirmation_keys());
  events_->set_tokens(std::make_shared<const events::token_seal>(secret_->token_keys()));
  cluster_->set_secret(secret_->told());
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

daemon::daemon(std::filesystem::path file, config config)
    : impl_(std::make_unique<impl>(std::move(file), std::move(config))) {}

// A daemon is left, not taken down: see main.cpp.
daemon::~daemon() { static_cast<void>(impl_.release()); }

void daemon::start() { impl_->start(); }

void daemon::run() { impl_->run(); }

} // namespace rollcall
