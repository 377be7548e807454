#include "apps/config/check_config.hpp"

#include "apps/config/identity.hpp"
#include "apps/config/load_config.hpp"
#include "apps/config/secret_file.hpp"
#include "storage/audit_schema.hpp"
#include "storage/database_url.hpp"
#include "storage/directory_store.hpp"
#include "storage/history_schema.hpp"
#include "storage/sqlite.hpp"
#include "transport/http/peers.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace rollcall {

namespace {

constexpr auto nobody_is_served =
    "`rollcall init` or `rollcall directory import` fills it, and nobody is served before";

/// Why this user may not use a file or folder so; none when it may.
std::optional<std::string> denied(const std::filesystem::path& path, int how) {
  if (access(path.c_str(), how) == 0)
    return std::nullopt;
  const std::error_code why{errno, std::generic_category()};
  const auto reason = path.string() + ": " + why.message();
  if (why != std::errc::permission_denied)
    return reason;
  const auto* user = getpwuid(geteuid());
  return reason + ", as user " + (user ? std::string{user->pw_name} : std::to_string(geteuid()))
         + ", whose it has to be";
}

/// Gathers what is found, each with the place of the key it is about.
class inspection {
public:
  inspection(std::filesystem::path file, loaded_config loaded)
      : file_(std::move(file)), loaded_(std::move(loaded)) {}

  config_report report() && {
    report_.warnings = loaded_.warnings;
    look_at_tls_files();
    look_at_secrets();
    look_at_access();
    look_at_feed();
    look_at_dialled();
    look_at_directory();
    look_at_audit_log();
    look_at_history();
    report_.value = std::move(loaded_.value);
    return std::move(report_);
  }

private:
  std::string located(const std::string& key, const std::string& reason) const {
    const auto found = loaded_.places.find(key);
    const auto place = found == loaded_.places.end() ? text_place{} : found->second;
    return config_error{file_, place, key + ' ' + reason}.what();
  }
  void problem(const std::string& key, const std::string& reason) {
    report_.problems.push_back(located(key, reason));
  }
  void obstacle(const std::string& key, const std::string& reason) {
    report_.obstacles.push_back(located(key, reason));
  }
  void warn(const std::string& key, const std::string& reason) {
    report_.warnings.push_back(located(key, reason));
  }

  /// False when the file is named and cannot be read.
  bool look_at_file(const std::string& key, const std::filesystem::path& path) {
    if (path.empty())
      return true;
    std::error_code none;
    errno = 0;
    if (std::filesystem::is_directory(path, none))
      problem(key, path.string() + " is a directory");
    else if (!std::ifstream{path})
      problem(key, path.string() + " cannot be read: " + std::generic_category().message(errno));
    else
      return true;
    return false;
  }

  /// Makes of the files what the daemon makes of them.
  template <class Files>
  void look_at_identity(const std::string& table, const Files& files) {
    try {
      identity_of(files);
    } catch (const std::exception& failure) {
      problem(table, std::string{"cannot be used: "} + failure.what());
    }
  }

  void look_at_tls(const std::string& table, const std::optional<tls_config>& tls) {
    if (!tls)
      return;
    const auto certificate = look_at_file(table + ".certificate", tls->certificate);
    const auto key = look_at_file(table + ".key", tls->key);
    const auto client_ca = look_at_file(table + ".client_ca", tls->client_ca);
    if (certificate && key && client_ca)
      look_at_identity(table, tls);
  }

  void look_at_tls_files() {
    look_at_tls("http.tls", loaded_.value.http.tls);
    look_at_tls("feed.tls", loaded_.value.feed.tls);
    if (const auto& cluster = loaded_.value.cluster) {
      const auto certificate = look_at_file("cluster.certificate", cluster->certificate);
      const auto key = look_at_file("cluster.key", cluster->key);
      const auto ca = look_at_file("cluster.ca", cluster->ca);
      if (certificate && key && ca)
        look_at_identity("cluster", *cluster);
    }
  }

  void look_at_key(const std::string& key, const std::filesystem::path& path) {
    if (!path.empty() && is_readable_by_all(path))
      warn(key, path.string() + readable_by_all);
  }

  void look_at_secrets() {
    const auto& value = loaded_.value;
    if (value.http.tls)
      look_at_key("http.tls.key", value.http.tls->key);
    if (value.feed.tls)
      look_at_key("feed.tls.key", value.feed.tls->key);
    if (value.cluster)
      look_at_key("cluster.key", value.cluster->key);
    const bool in_the_url = parse_database_url(value.directory.url).has_password;
    for (const auto& [key, place] : loaded_.places)
      if ((key.ends_with(".secret") || (in_the_url && key == "directory.url")) && is_readable_by_all(file_))
        warn(key, "stands in a file that every user of this machine may read");
  }

  void look_at_access() {
    for (const auto& block : loaded_.value.http.trusted_hosts)
      if (block.ends_with("/0"))
        warn("http.trusted_hosts", block + " lets everybody act for any customer");
    look_at_trust();
    for (const auto& address : loaded_.value.metrics.listen)
      if (!is_loopback(address))
        warn("metrics.listen",
             to_string(address) + " tells the names of all switches and nodes to everybody who reaches it");
  }

  /// The daemon starts, and answers for ever that the calls of such a switch are not known.
  void look_at_feed() {
    const auto& feed = loaded_.value.feed;
    if (feed.listen.empty() && !feed.switches.empty())
      warn("feed.switch", '\'' + feed.switches.front().name.value()
                              + (feed.switches.size() > 1 ? "' and others have" : "' has")
                              + " no address to connect to: feed.listen is empty, and no call will be known");
    if (!feed.tls)
      for (const auto& address : feed.listen)
        if (!is_loopback(address))
          warn("feed.listen",
               to_string(address) + " has no TLS: the secrets of switches cross the network readable");
  }

  void look_at_dialled() {
    for (const auto& kind : switches::registry())
      for (const auto& each : loaded_.value.dialled)
        if (kind.tls && each.kind == kind.block && each.ca.empty() && !is_loopback(each.at))
          warn(each.kind + '.' + std::string{kind.address},
               to_string(each.at)
                   + " has no TLS: what callers dial crosses the network readable, and who is in between can "
                     "hang up calls");
  }

  /// Whoever is on this machine, or gets a program of it to ask for him, is trusted: a browser, a proxy.
  void look_at_trust() {
    const auto& http = loaded_.value.http;
    const auto trusted = http::peer_list::parse(http.trusted_hosts);
    if (!trusted.contains("127.0.0.1") && !trusted.contains("::1"))
      return;
    const auto& open = http.trusted_listen.empty() ? http.listen : http.trusted_listen;
    for (const auto& address : open)
      if (!is_loopback(address))
        warn("http.trusted_hosts", "trusts this machine itself, and " + to_string(address)
                                       + " is reached from outside: a proxy here would pass on strangers as "
                                         "trusted; see http.trusted_listen");
    const auto proxies = http::peer_list::parse(http.proxies);
    if (proxies.contains("127.0.0.1") || proxies.contains("::1"))
      warn("http.proxies", "has an address that http.trusted_hosts has too: what it passes on without "
                           "X-Forwarded-For is trusted");
  }

  void look_at_directory() {
    const auto where = parse_database_url(loaded_.value.directory.url);
    std::error_code none;
    if (where.kind == database_kind::sqlite && !std::filesystem::exists(where.file, none)) {
      warn("directory.url", where.shown + " is not there yet; " + nobody_is_served);
      return;
    }
    try {
      // As the daemon does: a server that cannot tell of changes is refused.
      if (where.kind == database_kind::postgresql)
        look_at_store(*watch_directory_store(loaded_.value.directory.url), where.shown);
      else
        look_at_store(*open_directory_store(loaded_.value.directory.url, open_mode::read_only), where.shown);
    } catch (const no_directory_yet& failure) {
      warn("directory.url", std::string{failure.what()} + " yet; " + nobody_is_served);
    } catch (const wrong_database& failure) {
      problem("directory.url", std::string{"cannot be used: "} + failure.what());
    } catch (const directory_error& failure) {
      warn("directory.url", "cannot be served: " + std::string{failure.what()});
    } catch (const std::exception& failure) {
      warn("directory.url", "cannot be reached now, and is waited for: " + std::string{failure.what()});
    }
  }

  /// What the daemon does first with its audit log, as far as it can be seen without writing.
  void look_at_audit_log() {
    const auto file = audit_file_of(loaded_.value);
    const auto* key = loaded_.value.audit.file.empty() ? "directory.url" : "audit.file";
    const auto what = "cannot have its audit log " + file.string() + ": ";
    const auto refuse = [&](const std::string& why) { problem(key, what + why); };
    const auto hinder = [&](const std::string& why) { obstacle(key, what + why); };
    std::error_code none;
    auto folder = std::filesystem::absolute(file).parent_path();
    while (folder.has_relative_path() && !std::filesystem::exists(folder, none))
      folder = folder.parent_path(); // it makes those that are missing
    if (!std::filesystem::is_directory(folder, none))
      return refuse(folder.string() + " is not a folder");
    if (const auto why = denied(folder, W_OK | X_OK))
      return hinder(*why);
    if (!std::filesystem::exists(file, none))
      return;
    if (std::filesystem::is_directory(file, none))
      return refuse("it is a directory");
    if (const auto why = denied(file, R_OK | W_OK))
      return hinder(*why);
    if (std::filesystem::file_size(file, none) == 0)
      return; // an empty file becomes a log
    try {
      sqlite::database log{file, open_mode::read_only};
      check_version(log, audit_schema); // the start brings an older one up to date
    } catch (const sqlite::error& failure) {
      failure.is_of_the_file() ? refuse(failure.what()) : hinder(failure.what());
    }
  }

  /// The daemon starts without it, and says so again and again.
  void look_at_history() {
    const auto file = history_file_of(loaded_.value);
    std::error_code none;
    if (!std::filesystem::exists(file, none) || std::filesystem::file_size(file, none) == 0)
      return;
    try {
      sqlite::database found{file, open_mode::read_only};
      check_version(found, history_schema);
    } catch (const sqlite::error& failure) {
      warn("history.file", std::string{"is no history, and none will be written: "} + failure.what());
    }
  }

  void look_at_store(directory_store& store, const std::string& name) {
    const auto& realm = loaded_.value.http.realm;
    const auto stored = store.realm();
    if (!stored.empty() && stored != realm)
      problem("http.realm", '\'' + realm + "' is not '" + stored + "', which the passwords in " + name
                                + " are of: nobody could log in");
    const auto dir = store.load();
    if (!dir->has_customers())
      warn("directory.url", name + " holds no customers yet; " + nobody_is_served);
    else
      look_at_environments(*dir);
  }

  void look_at_environments(const directory& dir) {
    const auto look = [&](const char* key, const switch_name& name, environment_id environment) {
      if (!dir.root(environment))
        warn(key, '\'' + name.value() + "' is of environment " + std::to_string(environment.value())
                      + ", which the directory does not have");
    };
    for (const auto& each : loaded_.value.feed.switches)
      look("feed.switch", each.name, each.environment);
    for (const auto& each : loaded_.value.dialled)
      look(each.kind.c_str(), each.name, each.environment);
  }

  std::filesystem::path file_;
  loaded_config loaded_;
  config_report report_;
};

} // namespace

config_report check_config(const std::filesystem::path& file) {
  try {
    return inspection{file, load_config_with_places(file)}.report();
  } catch (const std::exception& failure) {
    return {std::nullopt, {failure.what()}, {}, {}};
  }
}

} // namespace rollcall
