#pragma once

#include "actors/node_mesh.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The first words between two nodes: one JSON object in a line of at most `hello_bytes` each way.
///
/// The one who dialled:  {"type":"hello","protocol":1,"cluster":"c","node":"node-a","incarnation":7,
///                        "runtime":"…","address":"10.0.0.1:4242","peers":["10.0.0.2:4242"]}
/// The other one:        {"type":"welcome", and the same of itself}
///                   or  {"type":"refused","code":"duplicate","message":"…","node":"node-b"}, and closes.
///
/// Where nodes know each other by the cluster's secret (secret.hpp), the hello has a `nonce`, and before the
/// welcome, which then has a `proof`, come:
///
/// The other one:        {"type":"challenge","nonce":"…"}
/// The one who dialled:  {"type":"proof","proofs":["…"]}, one for each secret that counts now.
///
/// After a welcome BASP begins, with the one who dialled. Unknown fields are ignored. `runtime` is the node's
/// id in CAF. `address` may be ":4242": the host is then the one it is seen under. An address in `peers` that
/// we cannot read is left out.
namespace rollcall::cluster {

/// A node's words, and the name by which CAF knows it.
struct greeting {
  node_hello of;
  std::string runtime;
  std::string nonce; ///< of a hello, when this node has a secret
  std::string proof; ///< of a welcome that answers a proof
};

/// The other node wants to see that we know the secret.
struct challenge {
  std::string nonce;
};

/// Why a node does not want another; the codes are those of metrics.hpp, in that order.
enum class refusal : std::uint8_t {
  bad_hello,         ///< cannot be read
  wrong_version,     ///< another protocol
  wrong_cluster,     ///< another cluster
  self,              ///< that is ourselves: no error, the address is ours
  same_node,         ///< two nodes have one id
  same_runtime,      ///< two nodes look alike to CAF, which tells hosts by their network cards and disks
  duplicate,         ///< there is a connection already: no error
  wrong_certificate, ///< its certificate is another node's
  wrong_secret,      ///< it does not know the cluster's secret, or has none
  not_a_peer,        ///< there is neither certificate nor secret, and it is not one of `peers`
};

std::string_view code_of(refusal why);

/// True for what is worth a line in the log.
bool is_error(refusal why);

struct refused {
  refusal why = refusal::bad_hello;
  std::string message;
  node_id node; ///< who refuses
};

std::string hello_line(const greeting& mine);
std::string welcome_line(const greeting& mine);
std::string refused_line(const refused& what);
std::string challenge_line(const challenge& what);
std::string proof_line(const std::vector<std::string>& proofs);

/// Reads a hello; a refusal says what is wrong with it. `protocol` is ours: of another one nothing else is
/// read.
std::variant<greeting, refused> read_hello(std::string_view line, std::uint32_t protocol);

/// Reads the answer to a hello or a proof. Refused: by the other side, or by us because it makes no sense
/// (bad_hello) or is of another protocol.
std::variant<greeting, challenge, refused> read_answer(std::string_view line, std::uint32_t protocol);

/// Reads what a challenge is answered with: the proofs, a few at most, or what is wrong with the line.
std::variant<std::vector<std::string>, refused> read_proof(std::string_view line);

} // namespace rollcall::cluster
