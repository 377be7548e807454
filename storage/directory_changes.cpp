#include "storage/directory_changes.hpp"

#include "storage/password_hash.hpp"

#include <unordered_map>

namespace rollcall {

namespace {

template <class Entry>
bool says_the_same(const Entry& stored, const Entry& given) {
  return stored == given;
}

/// Below a root the environment is inherited; a file may repeat it, the store does not.
bool says_the_same(const customer& stored, customer given) {
  if (given.wholesaler.known())
    given.environment = stored.environment;
  return stored == given;
}

/// One section of the directory, being merged.
template <class Entry>
class section {
public:
  section(std::string_view name, std::string_view id_key, std::vector<Entry>& all,
          std::vector<Entry>& changed, merged_directory& counts)
      : name_(name), id_key_(id_key), all_(all), changed_(changed), counts_(counts) {
    places_.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      places_.emplace(all[i].id, place{i, std::nullopt});
  }

  /// The stored entry of that id, or null.
  const Entry* stored(decltype(Entry::id) id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &all_[found->second.in_all];
  }

  void put(std::size_t number, Entry entry) {
    const auto [at, fresh] = places_.try_emplace(entry.id, place{all_.size(), std::nullopt});
    auto& [in_all, in_file] = at->second;
    if (in_file)
      refuse(number, entry, "the same id as " + label(*in_file));
    in_file = number;
    if (fresh) {
      ++counts_.created;
      all_.push_back(entry);
      changed_.push_back(std::move(entry));
      return;
    }
    const bool same = says_the_same(all_[in_all], entry);
    ++(same ? counts_.unchanged : counts_.updated);
    all_[in_all] = entry; // also when the same: what it says too much is still to be checked
    if (!same)
      changed_.push_back(std::move(entry));
  }

  [[noreturn]] void refuse(std::size_t number, const Entry& entry, const std::string& reason) const {
    throw directory_error{label(number) + " (" + std::string{id_key_} + ' ' + std::to_string(entry.id.value())
                          + "): " + reason};
  }

private:
  struct place {
    std::size_t in_all;
    std::optional<std::size_t> in_file;
  };

  std::string label(std::size_t number) const {
    return std::string{name_} + '[' + std::to_string(number) + ']';
  }

  std::string_view name_;
  std::string_view id_key_;
  std::vector<Entry>& all_;
  std::vector<Entry>& changed_;
  merged_directory& counts_;
  std::unordered_map<decltype(Entry::id), place> places_;
};

template <class Entry>
void merge_plain(section<Entry> target, const std::vector<Entry>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i)
    target.put(i, changes[i]);
}

void merge_customers(section<customer> target, const std::vector<customer_change>& changes,
                     std::string_view realm) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto entry = changes[i].entry;
    const auto* before = target.stored(entry.id);
    const auto& given = changes[i].api_password;
    if (given) {
      entry.password = hash_password(entry.web_login, realm, *given);
    } else if (before && entry.password == digest_hashes{}) {
      if (before->web_login == entry.web_login)
        entry.password = before->password;
      else if (!entry.web_login.empty() && before->password != digest_hashes{})
        target.refuse(i, entry,
                      "api_password is required to change web_login, because its hash covers the login");
    }
    target.put(i, std::move(entry));
  }
}

} // namespace

merged_directory merge(directory_entries stored, const directory_changes& changes, std::string_view realm) {
  merged_directory out;
  out.entries = std::move(stored);
  auto& all = out.entries;
  auto& changed = out.changed;
  merge_plain(section{"environments", "i_environment", all.environments, changed.environments, out},
              changes.environments);
  merge_customers(section{"customers", "i_customer", all.customers, changed.customers, out},
                  changes.customers, realm);
  merge_plain(section{"accounts", "i_account", all.accounts, changed.accounts, out}, changes.accounts);
  merge_plain(section{"vendors", "i_vendor", all.vendors, changed.vendors, out}, changes.vendors);
  merge_plain(section{"connections", "i_connection", all.connections, changed.connections, out},
              changes.connections);
  return out;
}

void check_realm(std::string_view stored, std::string_view wanted, const directory_changes& changes,
                 std::string_view database) {
  const auto not_of = [&](const std::string& what, std::string_view realm) {
    return directory_error{what + " are of realm '" + std::string{realm} + "', not of '" + std::string{wanted}
                           + '\''};
  };
  if (wanted.empty())
    throw directory_error{"a directory needs a realm"};
  if (!stored.empty() && stored != wanted)
    throw not_of("the passwords in " + std::string{database}, stored);
  if (changes.realm && *changes.realm != wanted)
    throw not_of("the digests in the file", *changes.realm);
}

} // namespace rollcall
