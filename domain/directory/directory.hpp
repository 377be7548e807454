#pragma once

#include "domain/base/ids.hpp"
#include "domain/directory/rights.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// A password as the directory keeps it: H(login:realm:password) in hex for each digest algorithm
/// (RFC 7616, 3.4.2, A1 of the plain variants). The password itself is kept nowhere.
struct digest_hashes {
  std::string md5;
  std::string sha256;

  /// False for a customer without a password: nobody may be let in by these.
  bool usable() const { return !md5.empty() && !sha256.empty(); }

  friend bool operator==(const digest_hashes&, const digest_hashes&) = default;
};

struct environment {
  environment_id id;
  std::string name;
  friend bool operator==(const environment&, const environment&) = default;
};

/// One of several by which people of one customer log in.
struct login {
  std::string web_login; ///< unique among all of the directory, those of customers included
  digest_hashes password;
  std::optional<rights> api_rights{}; ///< none: those of the customer
  friend bool operator==(const login&, const login&) = default;
};

/// No bound on how many calls there may be at once.
constexpr std::int64_t no_limit = -1;

struct customer {
  customer_id id;
  customer_id wholesaler; ///< not known: a root customer
  environment_id
      environment; ///< inherited from the root customer when the entry names none; link() fills it in
  std::string name;
  std::string web_login; ///< empty: cannot log in
  digest_hashes password;
  bool api_access = false;
  std::optional<rights> api_rights{};   ///< none: the usual ones, and all for a root customer
  std::vector<login> logins{};          ///< beside `web_login`
  std::int64_t max_sessions = no_limit; ///< active calls at once of the customer and those below it
  friend bool operator==(const customer&, const customer&) = default;
};

struct account {
  account_id id;
  customer_id customer;
  std::string
      username; ///< unique within an environment; how a switch may name the account. Empty: by number only
  std::int64_t max_sessions = no_limit; ///< active calls at once
  friend bool operator==(const account&, const account&) = default;
};

struct vendor {
  vendor_id id;
  std::string name;
  friend bool operator==(const vendor&, const vendor&) = default;
};

struct connection {
  connection_id id;
  rollcall::vendor_id vendor;
  std::string name;
  friend bool operator==(const connection&, const connection&) = default;
};

/// What a directory is made of, in no order: as a file or a database holds it.
struct directory_entries {
  std::vector<environment> environments;
  std::vector<customer> customers;
  std::vector<account> accounts;
  std::vector<vendor> vendors;
  std::vector<connection> connections;
  friend bool operator==(const directory_entries&, const directory_entries&) = default;
};

/// Who logs in by one name.
struct identity {
  const rollcall::customer* customer; ///< whose scope the login has
  std::string_view web_login;
  const digest_hashes* password;
  rights may;
};

/// The customers and accounts that have a max_sessions, in the order of their entries. Good as long as their
/// directory.
struct limited_entries {
  std::vector<const customer*> customers;
  std::vector<const account*> accounts;

  bool none() const noexcept { return customers.empty() && accounts.empty(); }
};

/// Entries that make no directory: a cycle, a dangling id, a duplicate. what() names the entry.
class directory_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class directory;
using directory_ptr = std::shared_ptr<const directory>;

/// Who is who: customers in their tree, accounts, vendors and connections. Immutable and therefore readable
/// from any thread; a change of the directory is a new object. Every look-up is constant time.
class directory {
public:
  /// Checks the entries against each other (contract, section 3) and links them.
  /// Throws directory_error, naming the entry, for: an id below 1 or used twice, an unknown environment,
  /// customer or vendor, no root or two roots in one environment, a cycle, an environment other than the
  /// wholesaler's, a web_login used twice, a login without a name, a max_sessions below -1, a
  /// username used twice in one environment. No entries at all make
  /// an empty directory.
  static directory_ptr link(directory_entries entries);

  const directory_entries& entries() const noexcept { return entries_; }

  /// Of its content; see hash_of(). By it nodes know whether they answer from the same directory.
  const std::string& hash() const noexcept { return hash_; }

  /// False for one that nobody can be served by.
  bool has_customers() const noexcept { return !entries_.customers.empty(); }

  /// Who has a limit: often few or none, so that nobody has to look through all entries for them.
  const limited_entries& limited() const noexcept { return limited_; }

  const customer* find(customer_id id) const;
  const account* find(account_id id) const;

  /// Who logs in by that name. A login without a password is not found, for its empty hashes are a secret
  /// that everybody knows. Good as long as this directory.
  std::optional<identity> find_login(std::string_view web_login) const;

  /// What a customer may do, by its own login or in trusted mode.
  static rights rights_of(const customer& who) noexcept;

  const account* find_username(environment_id environment, std::string_view username) const;
  const connection* find(connection_id id) const;
  bool has(vendor_id id) const;

  /// Empty for an unknown vendor.
  std::string_view name_of(vendor_id id) const;

  /// The root customer of an environment; null for an unknown environment.
  const customer* root(environment_id environment) const;

  /// The customer that an account's calls belong to: its own, or, for an account that the directory does not
  /// know or that is of another environment, the root customer of `environment` (feed.md, "The account of a
  /// call"). Null only when the environment is unknown too.
  const customer* owner(environment_id environment, account_id account) const;

  /// Direct subcustomers, by id.
  const std::vector<customer_id>& children(customer_id id) const;

  /// True when `inner` is `outer` or one of its descendants. False when either is unknown.
  bool covers(customer_id outer, customer_id inner) const;

private:
  struct node {
    std::size_t index = 0;   ///< in entries_.customers
    std::uint32_t enter = 0; ///< pre-order number: a customer covers those numbered enter .. leave - 1
    std::uint32_t leave = 0;
    std::vector<customer_id> children;
  };

  explicit directory(directory_entries entries);
  void link_environments();
  void link_customers();
  void link_logins();
  void add_login(const identity& who);
  void link_tree();
  void number_tree();
  void number_below(customer_id root, std::uint32_t& next);
  [[noreturn]] void refuse_cycle(customer_id unreached) const;
  void link_accounts();
  void link_connections();
  void link_limits();

  directory_entries entries_;
  std::string hash_;
  limited_entries limited_;
  std::unordered_map<environment_id, customer_id> roots_;
  std::unordered_map<customer_id, node> customers_;
  std::unordered_map<std::string_view, identity> logins_;
  std::unordered_map<account_id, std::size_t> accounts_;
  std::unordered_map<environment_id, std::unordered_map<std::string_view, account_id>> usernames_;
  std::unordered_map<vendor_id, std::size_t> vendors_;
  std::unordered_map<connection_id, std::size_t> connections_;
};

} // namespace rollcall
