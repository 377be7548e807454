#include "apps/config/check_config.hpp"

#include "apps/config/identity.hpp"
#include "apps/config/load_config.hpp"
#include "storage/database_url.hpp"
#include "storage/directory_store.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace rollcall {

namespace {

/// Gathers what is found, each with the place of the key it is about.
class inspection {
public:
  inspection(std::filesystem::path file, loaded_config loaded)
      : file_(std::move(file)), loaded_(std::move(loaded)) {}

  config_report report() && {
    look_at_tls_files();
    look_at_access();
    look_at_directory();
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

  void look_at_access() {
    for (const auto& block : loaded_.value.http.trusted_hosts)
      if (block.ends_with("/0"))
        warn("http.trusted_hosts", block + " lets everybody act for any customer");
    if (!loaded_.value.feed.tls)
      for (const auto& address : loaded_.value.feed.listen)
        if (!is_loopback(address))
          warn("feed.listen",
               to_string(address) + " has no TLS: the secrets of switches cross the network readable");
  }

  void look_at_directory() {
    const auto where = parse_database_url(loaded_.value.directory.url);
    std::error_code none;
    if (where.kind == database_kind::sqlite && !std::filesystem::exists(where.file, none)) {
      warn("directory.url", where.shown + " is not there yet; `rollcall directory import` makes it");
      return;
    }
    try {
      look_at_store(*open_directory_store(loaded_.value.directory.url, open_mode::read_only), where.shown);
    } catch (const no_directory_yet& failure) {
      warn("directory.url", std::string{failure.what()} + " yet; `rollcall directory import` makes it");
    } catch (const std::exception& failure) {
      problem("directory.url", std::string{"cannot be used: "} + failure.what());
    }
  }

  void look_at_store(directory_store& store, const std::string& name) {
    const auto& realm = loaded_.value.http.realm;
    const auto stored = store.realm();
    if (!stored.empty() && stored != realm)
      problem("http.realm", '\'' + realm + "' is not '" + stored + "', which the passwords in " + name
                                + " are of: nobody could log in");
    if (stored.empty())
      warn("directory.url", name + " is empty yet; `rollcall directory import` fills it");
    look_at_environments(*store.load());
  }

  void look_at_environments(const directory& dir) {
    const auto look = [&](const char* key, const switch_name& name, environment_id environment) {
      if (!dir.root(environment))
        warn(key, '\'' + name.value() + "' is of environment " + std::to_string(environment.value())
                      + ", which the directory does not have");
    };
    for (const auto& each : loaded_.value.feed.switches)
      look("feed.switch", each.name, each.environment);
    for (const auto& each : loaded_.value.kamailio)
      look("kamailio", each.name, each.environment);
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
    return {std::nullopt, {failure.what()}, {}};
  }
}

} // namespace rollcall
