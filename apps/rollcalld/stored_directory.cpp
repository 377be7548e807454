#include "apps/rollcalld/stored_directory.hpp"

#include "apps/rollcalld/unusable_config.hpp"
#include "storage/database_url.hpp"

namespace rollcall {

stored_directory read_stored(directory_store& store) { return {store.realm(), store.load()}; }

void check_usable(const stored_directory& stored, const config& config) {
  if (stored.realm.empty())
    throw unusable_config{"directory.url", parse_database_url(config.directory.url).shown
                                               + " is empty; `rollcall directory import` fills it"};
  if (stored.realm != config.http.realm)
    throw unusable_config{"http.realm", "'" + config.http.realm + "' is not '" + stored.realm
                                            + "', which the passwords of the directory are of"};
}

directory_ptr read_directory(const config& config) {
  try {
    const auto stored = read_stored(*open_directory_store(config.directory.url, open_mode::existing));
    check_usable(stored, config);
    return stored.content;
  } catch (const unusable_config&) {
    throw;
  } catch (const database_away&) {
    throw;
  } catch (const std::exception& e) {
    throw unusable_config{"directory.url", std::string{"cannot be used: "} + e.what()};
  }
}

} // namespace rollcall
