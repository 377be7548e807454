#include "actors/runtime/log.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcalld/applied_config.hpp"
#include "apps/rollcalld/daemon_impl.hpp"
#include "apps/rollcalld/http_part.hpp"
#include "apps/rollcalld/logging.hpp"
#include "apps/rollcalld/restart_rules.hpp"
#include "apps/rollcalld/service_manager.hpp"
#include "apps/rollcalld/settings.hpp"
#include "apps/rollcalld/usable_identity.hpp"

#include <caf/send.hpp>

#include <exception>
#include <string>
#include <utility>
#include <variant>

// A configuration or a directory that is taken while the node runs.
namespace rollcall {

// Everything that can be refused is looked at before anything is changed: a reload is one step or none.
void daemon::impl::reload() {
  service_manager::reloading();
  try {
    auto loaded = load_config_with_places(file_);
    auto next = std::move(loaded.value);
    refuse_changes_that_need_a_restart(config_, next);
    auto dir = directory_for(next);
    refuse_loss_of_environments(switches_of(config_, *directory_), *dir);
    refuse_loss_of_homes(switches_of(config_, *directory_), next, *dir);
    const bool read = dir != directory_;
    apply(std::move(next), std::move(dir));
    if (read)
      directory_status_.set(directory_source::state::current);
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
  service_manager::ready();
  heartbeat_->now();
}

// A certificate runs out, database or no database: while that is away, a new configuration is taken with the
// directory that is in memory. Its passwords are of the old realm.
directory_ptr daemon::impl::directory_for(const config& next) const {
  const bool serving = directory_->has_customers();
  const auto from_memory = [&](const std::string& why) {
    if (serving && next.http.realm != config_.http.realm)
      throw unusable_config{"http.realm", "cannot be changed while the database of the directory is away"};
    log::warn("rollcalld", "reloading with the directory in memory: {}", why);
    return directory_;
  };
  if (directory_status_.away())
    return from_memory("its database is away");
  auto found = find_directory(next);
  if (found.state == directory_source::state::current)
    return found.content;
  if (found.state == directory_source::state::away || !serving)
    return from_memory(found.why);
  throw unusable_config{"directory.url", "cannot be used: " + found.why};
}

// Nobody's account is taken for gone because a database is empty.
void daemon::impl::take_nothing() {
  if (directory_status_.set(directory_source::state::empty) && directory_->has_customers())
    log::error("directory", "not reloaded, the old one is kept: the database holds no customers");
}

// All that the follower has found goes through here, in its order: what is said of the database is what it
// has found last.
void daemon::impl::learn(const directory_news& news) {
  const bool was_away = directory_status_.away();
  if (const auto* stored = std::get_if<stored_directory>(&news)) {
    take(*stored);
  } else {
    const auto& trouble = std::get<directory_trouble>(news);
    // An absence is met again and again; a refusal each time because of something new.
    if (directory_status_.set(trouble.state) || trouble.state == directory_source::state::refused)
      log::error("directory", "{}", trouble.why);
    else
      log::debug("directory", "{}", trouble.why);
  }
  if (was_away && !directory_status_.away())
    log::info("directory", "the database is back");
}

// The directory alone, when its database has told of a change: as a reload, one step or none.
void daemon::impl::take(const stored_directory& stored) {
  try {
    if (!stored.content->has_customers())
      return take_nothing();
    check_usable(stored, config_);
    refuse_loss_of_environments(switches_of(config_, *directory_), *stored.content);
    const bool first = !directory_->has_customers();
    if (stored.content->entries() != directory_->entries()) {
      serve(stored.content, prepare(config_, stored.content));
      tell_of_homeless_switches(config_, *directory_);
      log::info("directory", "reloaded: {} customers, {} accounts", directory_->entries().customers.size(),
                directory_->entries().accounts.size());
    }
    directory_status_.set(directory_status::state::current);
    if (first)
      heartbeat_->now();
  } catch (const std::exception& e) {
    directory_status_.set(directory_status::state::refused);
    log::error("directory", "not reloaded, the old one is kept: {}", e.what());
  }
}

daemon::impl::consequences daemon::impl::prepare(const config& next, const directory_ptr& dir) const {
  auto authenticator = same_logins(next.http, config_.http)
                           ? authenticator_
                           : authenticator_of(next.http, secret_->nonce_keys());
  auto settings = api_settings_of(next, dir, authenticator, confirmations_);
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
  events_->streams().set_bounds(stream_bounds_of(config_));
  certificates_.set(std::move(certificates));
  change_cluster();
  secret_->configure(cluster_secret_of(config_));
  serve(std::move(dir), std::move(prepared));
  share_secret();
}

void daemon::impl::serve(directory_ptr dir, consequences prepared) {
  directory_ = std::move(dir);
  caf::anon_send(node_, directory_, switches_of(config_, *directory_));
  caf::anon_send(history_sampler_, directory_);
  caf::anon_send(limit_observer_, directory_);
  resume_hang_ups();
  authenticator_ = std::move(prepared.authenticator);
  cluster_->set_directory(directory_);
  endpoint_->change(std::move(prepared.settings));
  pages_->configure(directory_, switches_of(config_, *directory_), config_.calls.ready_grace);
  feed_->set_switches(secrets_of(config_, *directory_));
  choose_dialled();
}

} // namespace rollcall
