#pragma once

#include "transport/net/derived_key.hpp"

#include <string>
#include <string_view>
#include <vector>

/// How nodes without certificates show each other that they know the cluster's secret, without saying it:
/// each sends a nonce, and answers the other's with an HMAC over both nonces and all that it says of itself.
/// Pure.
namespace rollcall::cluster {

struct greeting;

/// What proofs are made with: derived from the secret (HKDF with SHA-256) and good for nothing else, so that
/// a leaked proof key is no key to nonces or sessions.
using admission_key = net::derived_key;

/// The keys that count now, the one to use first: after a change of the secret the one before is good for a
/// while. Empty: nodes are not asked for a secret.
using admission_keys = std::vector<admission_key>;

admission_key derive_admission_key(std::string_view secret);

/// 32 random bytes in hexadecimal digits.
std::string make_nonce();

enum class role : unsigned char { dialler, acceptor };

/// The proof of the node that says `speaker` of itself, as the one who dialled or not.
std::string prove(const admission_key& key, role as, std::string_view nonce_of_dialler,
                  std::string_view nonce_of_acceptor, const greeting& speaker);

/// The key by which the proof is right; null when it is by none. Takes as long for a wrong proof as for a
/// right one.
const admission_key* proven(const admission_keys& keys, std::string_view proof, role as,
                            std::string_view nonce_of_dialler, std::string_view nonce_of_acceptor,
                            const greeting& speaker);

} // namespace rollcall::cluster
