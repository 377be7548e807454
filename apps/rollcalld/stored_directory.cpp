#include "apps/rollcalld/stored_directory.hpp"

#include "apps/rollcalld/unusable_config.hpp"
#include "storage/database_url.hpp"

#include <system_error>

namespace rollcall {

using state = enum directory_source::state;

stored_directory read_stored(directory_store& store) { return {store.realm(), store.load()}; }

void check_usable(const stored_directory& stored, const config& config) {
  if (stored.realm != config.http.realm)
    throw unusable_config{"http.realm", "'" + config.http.realm + "' is not '" + stored.realm
                                            + "', which the passwords of the directory are of"};
}

found_directory find_directory(const config& config) {
  found_directory found;
  try {
    found.store = watch_directory_store(config.directory.url);
    auto stored = read_stored(*found.store);
    if (!stored.content->has_customers()) {
      found.state = state::empty;
      found.why = parse_database_url(config.directory.url).shown + " holds no customers yet";
      return found;
    }
    check_usable(stored, config);
    found.state = state::current;
    found.content = std::move(stored.content);
  } catch (const unusable_config&) {
    throw;
  } catch (const wrong_database& e) {
    throw unusable_config{"directory.url", std::string{"cannot be used: "} + e.what()};
  } catch (const no_directory_yet& e) {
    found.state = state::empty;
    found.why = e.what();
  } catch (const directory_error& e) {
    found.state = state::refused;
    found.why = e.what();
  } catch (const std::exception& e) {
    found.state = state::away;
    found.store.reset();
    found.why = e.what();
  }
  return found;
}

void make_missing_file(const directory_config& config) {
  const auto where = parse_database_url(config.url);
  if (where.kind != database_kind::sqlite)
    return;
  // A full disk leaves files without a byte.
  if (std::error_code none;
      std::filesystem::file_size(where.file, none) != 0 && none != std::errc::no_such_file_or_directory)
    return;
  try {
    open_directory_store(config.url, open_mode::create);
  } catch (const std::exception&) {
    // Whoever opens it next has the reason.
  }
}

} // namespace rollcall
