#include "storage/directory_changes.hpp"

#include "storage/directory_rows.hpp"
#include "storage/password_hash.hpp"

#include <algorithm>
#include <array>
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

struct section_names {
  entry_kind kind;
  std::string_view section;
  std::string_view id_key;
};

constexpr std::array<section_names, 5> all_names = {
    {{entry_kind::environment, "environments", "i_environment"},
     {entry_kind::customer, "customers", "i_customer"},
     {entry_kind::account, "accounts", "i_account"},
     {entry_kind::vendor, "vendors", "i_vendor"},
     {entry_kind::connection, "connections", "i_connection"}}};

const section_names& names_of(entry_kind kind) { return all_names[static_cast<std::size_t>(kind)]; }

std::string label(entry_kind kind, std::size_t number) {
  return std::string{names_of(kind).section} + '[' + std::to_string(number) + ']';
}

/// Where the entry at `index` of its kind stands in the file; its number is all there is of one that is not
/// of a file.
directory_changes::place place_of(const directory_changes& changes, entry_kind kind, std::size_t index) {
  const auto places = changes.places.find(kind);
  if (places == changes.places.end() || index >= places->second.size())
    return {index, 0};
  return places->second[index];
}

import_fault fault_at(const directory_changes& changes, entry_kind kind, std::size_t index, std::int64_t id,
                      const std::string& reason) {
  const auto at = place_of(changes, kind, index);
  return {at.line, label(kind, at.number) + " (" + std::string{names_of(kind).id_key} + ' '
                       + std::to_string(id) + "): " + reason};
}

/// One section of the directory, being merged.
template <class Entry>
class section {
public:
  section(entry_kind kind, const directory_changes& changes, std::vector<Entry>& all,
          std::vector<Entry>& changed, merged_directory& counts, std::vector<import_fault>& faults)
      : kind_(kind), changes_(changes), all_(all), changed_(changed), counts_(counts), faults_(faults) {
    places_.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      places_.emplace(all[i].id, place{i, std::nullopt});
  }

  /// The stored entry of that id, or null.
  const Entry* stored(decltype(Entry::id) id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &all_[found->second.in_all];
  }

  void put(std::size_t index, Entry entry) {
    const auto [at, fresh] = places_.try_emplace(entry.id, place{all_.size(), std::nullopt});
    auto& [in_all, in_file] = at->second;
    if (in_file) {
      refuse(index, entry, "the same id as " + label(kind_, place_of(changes_, kind_, *in_file).number));
      return;
    }
    in_file = index;
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

  void refuse(std::size_t index, const Entry& entry, const std::string& reason) {
    if (changes_.faulty.contains({kind_, entry.id.value()}))
      return;
    faults_.push_back(fault_at(changes_, kind_, index, entry.id.value(), reason));
  }

private:
  struct place {
    std::size_t in_all;
    std::optional<std::size_t> in_file;
  };

  entry_kind kind_;
  const directory_changes& changes_;
  std::vector<Entry>& all_;
  std::vector<Entry>& changed_;
  merged_directory& counts_;
  std::vector<import_fault>& faults_;
  std::unordered_map<decltype(Entry::id), place> places_;
};

template <class Entry>
void merge_plain(section<Entry> target, const std::vector<Entry>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i)
    target.put(i, changes[i]);
}

void merge_accounts(section<account> target, const std::vector<account_change>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto entry = changes[i].entry;
    if (const auto* before = target.stored(entry.id); before && changes[i].keeps_limit)
      entry.max_sessions = before->max_sessions;
    target.put(i, std::move(entry));
  }
}

/// The logins of a customer that has had those `before`. What one of them does not mention stays: its
/// password, for it is still of the same name, and its rights.
std::vector<login> merged_logins(const std::vector<login>& before, const std::vector<login_change>& changes,
                                 std::string_view realm) {
  std::vector<login> out;
  for (const auto& [given, api_password, keeps_rights] : changes) {
    auto& one = out.emplace_back(given);
    const auto known = std::find_if(before.begin(), before.end(),
                                    [&](const auto& each) { return each.web_login == one.web_login; });
    if (api_password)
      one.password = hash_password(one.web_login, realm, *api_password);
    else if (known != before.end() && one.password == digest_hashes{})
      one.password = known->password;
    if (known != before.end() && keeps_rights)
      one.api_rights = known->api_rights;
  }
  in_order(out);
  return out;
}

void merge_customers(section<customer> target, const std::vector<customer_change>& changes,
                     std::string_view realm) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto entry = changes[i].entry;
    const auto* before = target.stored(entry.id);
    const auto& given = changes[i].api_password;
    if (before && changes[i].keeps_access)
      entry.api_access = before->api_access;
    if (before && changes[i].keeps_login)
      entry.web_login = before->web_login;
    if (before && changes[i].keeps_rights)
      entry.api_rights = before->api_rights;
    if (before && changes[i].keeps_limit)
      entry.max_sessions = before->max_sessions;
    const auto logins = before ? before->logins : std::vector<login>{};
    entry.logins = changes[i].keeps_logins ? logins : merged_logins(logins, changes[i].logins, realm);
    if (given) {
      entry.password = hash_password(entry.web_login, realm, *given);
    } else if (before && entry.password == digest_hashes{}) {
      if (before->web_login == entry.web_login)
        entry.password = before->password;
      else if (!entry.web_login.empty() && before->password != digest_hashes{})
        target.refuse(i, entry,
                      "api_password is required to change web_login, because its hash covers the login");
    }
    if (entry.web_login.empty() && (given || entry.password != digest_hashes{}))
      target.refuse(i, entry, "a password needs a web_login");
    target.put(i, std::move(entry));
  }
}

merged_directory merged(directory_entries stored, const directory_changes& changes, std::string_view realm,
                        std::vector<import_fault>& faults) {
  merged_directory out;
  out.entries = std::move(stored);
  const auto in = [&]<class Entry>(entry_kind kind, std::vector<Entry> directory_entries::*part) {
    return section<Entry>{kind, changes, out.entries.*part, out.changed.*part, out, faults};
  };
  merge_plain(in(entry_kind::environment, &directory_entries::environments), changes.environments);
  merge_customers(in(entry_kind::customer, &directory_entries::customers), changes.customers, realm);
  merge_accounts(in(entry_kind::account, &directory_entries::accounts), changes.accounts);
  merge_plain(in(entry_kind::vendor, &directory_entries::vendors), changes.vendors);
  merge_plain(in(entry_kind::connection, &directory_entries::connections), changes.connections);
  return out;
}

template <class Entry>
const Entry& entry_of(const Entry& change) {
  return change;
}
const customer& entry_of(const customer_change& change) { return change.entry; }
const account& entry_of(const account_change& change) { return change.entry; }

/// The index of the entry with this id among those of the file, if it is one of them.
std::optional<std::size_t> index_in_file(const directory_changes& changes, entry_kind kind, std::int64_t id) {
  const auto look = [&](const auto& all) -> std::optional<std::size_t> {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return entry_of(one).id.value() == id; });
    return found == all.end() ? std::nullopt : std::optional{static_cast<std::size_t>(found - all.begin())};
  };
  switch (kind) {
  case entry_kind::environment:
    return look(changes.environments);
  case entry_kind::customer:
    return look(changes.customers);
  case entry_kind::account:
    return look(changes.accounts);
  case entry_kind::vendor:
    return look(changes.vendors);
  case entry_kind::connection:
    return look(changes.connections);
  }
  return std::nullopt;
}

import_fault import_fault_of(const directory_changes& changes, const directory_fault& fault) {
  if (const auto index = index_in_file(changes, fault.kind, fault.id))
    return fault_at(changes, fault.kind, *index, fault.id, fault.reason);
  const auto section = names_of(fault.kind).section;
  return {0, std::string{section.substr(0, section.size() - 1)} + ' ' + std::to_string(fault.id)
                 + ", which is stored already: " + fault.reason};
}

/// More than anybody reads; each has to be looked up in the file.
constexpr std::size_t most_told = 1000;

} // namespace

import_error::import_error(std::vector<import_fault> all)
    : directory_error([&] {
        std::stable_sort(all.begin(), all.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        std::string text;
        for (const auto& [line, reason] : all)
          text += (text.empty() ? "" : "\n") + (line == 0 ? "" : std::to_string(line) + ": ") + reason;
        return text;
      }()),
      all_(std::move(all)) {}

merged_directory merge(directory_entries stored, const directory_changes& changes, std::string_view realm) {
  std::vector<import_fault> faults;
  auto out = merged(std::move(stored), changes, realm, faults);
  if (!faults.empty())
    throw import_error{std::move(faults)};
  return out;
}

merged_directory merge_checked(directory_entries stored, const directory_changes& changes,
                               std::string_view realm) {
  auto faults = changes.faults;
  auto out = merged(std::move(stored), changes, realm, faults);
  for (const auto& fault : faults_of(out.entries))
    if (!changes.faulty.contains({fault.kind, fault.id}) && faults.size() < most_told)
      faults.push_back(import_fault_of(changes, fault));
  if (!faults.empty())
    throw import_error{std::move(faults)};
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
