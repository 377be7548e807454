#include "domain/directory/directory_hash.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace rollcall {

namespace {

/// Two hashes of 64 bits side by side.
struct wide {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

std::uint64_t mixed(std::uint64_t x) { // the finaliser of splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// The hash of one entry: of its kind and its fields, each with its length.
class entry_hash {
public:
  explicit entry_hash(std::uint64_t kind) { add(kind); }

  void add(std::uint64_t x) {
    at_.a = mixed(at_.a ^ x) + 0x9e3779b97f4a7c15ULL;
    at_.b = mixed(std::rotl(at_.b, 27) + (x ^ 0xd1b54a32d192ed03ULL));
  }
  void add(std::int64_t x) { add(static_cast<std::uint64_t>(x)); }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    for (std::size_t i = 0; i < text.size(); i += 8) {
      std::uint64_t word = 0; // of bytes in one order on every machine
      for (std::size_t j = i; j < text.size() && j < i + 8; ++j)
        word = word << 8 | static_cast<unsigned char>(text[j]);
      add(word);
    }
  }
  wide value() const { return at_; }

private:
  wide at_{0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL};
};

/// The sum of the entries' hashes: it does not know their order.
class sum {
public:
  void add(const entry_hash& entry) {
    total_.a += mixed(entry.value().a);
    total_.b += mixed(entry.value().b);
  }
  std::string text() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const auto half : {total_.a, total_.b})
      for (int shift = 60; shift >= 0; shift -= 4)
        hex += digits[half >> shift & 15U];
    return hex;
  }

private:
  wide total_;
};

enum kind : std::uint64_t { environments = 1, customers, accounts, vendors, connections, logins };

// What came with later versions counts only where it says something: without it, a node of a version before
// has the same hash.
void add_limit(entry_hash& h, std::int64_t max_sessions) {
  if (max_sessions != no_limit)
    h.add(max_sessions);
}

entry_hash hash_of(customer_id of, const login& one) {
  entry_hash h{logins};
  h.add(of.value());
  for (const auto* text : {&one.web_login, &one.password.md5, &one.password.sha256})
    h.add(std::string_view{*text});
  if (one.api_rights)
    h.add("api_rights " + to_string(*one.api_rights));
  return h;
}

} // namespace

std::string hash_of(const directory_entries& entries) {
  sum all;
  for (const auto& x : entries.environments) {
    entry_hash h{environments};
    h.add(x.id.value());
    h.add(std::string_view{x.name});
    all.add(h);
  }
  for (const auto& x : entries.customers) {
    entry_hash h{customers};
    h.add(x.id.value());
    h.add(x.wholesaler.value());
    h.add(x.environment.value());
    for (const auto* text : {&x.name, &x.web_login, &x.password.md5, &x.password.sha256})
      h.add(std::string_view{*text});
    h.add(std::uint64_t{x.api_access});
    add_limit(h, x.max_sessions);
    if (x.api_rights)
      h.add("api_rights " + to_string(*x.api_rights));
    all.add(h);
    for (const auto& one : x.logins)
      all.add(hash_of(x.id, one));
  }
  for (const auto& x : entries.accounts) {
    entry_hash h{accounts};
    h.add(x.id.value());
    h.add(x.customer.value());
    h.add(std::string_view{x.username});
    add_limit(h, x.max_sessions);
    all.add(h);
  }
  for (const auto& x : entries.vendors) {
    entry_hash h{vendors};
    h.add(x.id.value());
    h.add(std::string_view{x.name});
    all.add(h);
  }
  for (const auto& x : entries.connections) {
    entry_hash h{connections};
    h.add(x.id.value());
    h.add(x.vendor.value());
    h.add(std::string_view{x.name});
    all.add(h);
  }
  return all.text();
}

} // namespace rollcall
