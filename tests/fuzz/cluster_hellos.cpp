#include "fuzz.hpp"
#include "transport/cluster/hello.hpp"
#include "transport/cluster/limits.hpp"
#include "transport/cluster/metrics.hpp"
#include "transport/cluster/runtime_id.hpp"
#include "transport/cluster/secret.hpp"
#include "transport/net/host_port.hpp"

#include <caf/node_id.hpp>

#include <algorithm>
#include <string>
#include <variant>

// The first lines between two nodes. What one reads of another is bounded and fit for a log, is the same
// again when it is written anew, and what a node says of itself cannot be changed under its proof.

namespace {

using namespace rollcall;
using namespace rollcall::cluster;
using fuzz::must;

constexpr std::uint32_t protocol = 9;

bool is_short(std::string_view text) {
  return text.size() <= text_bytes
         && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
}

bool same(const greeting& a, const greeting& b) {
  return a.of.cluster == b.of.cluster && a.of.protocol == b.of.protocol && a.of.node == b.of.node
         && a.of.incarnation == b.of.incarnation && a.of.address == b.of.address && a.of.peers == b.of.peers
         && a.runtime == b.runtime && a.nonce == b.nonce && a.proof == b.proof;
}

void check_greeting(const greeting& said) {
  must(is_short(said.of.cluster) && is_short(said.of.node.value()) && is_short(said.of.address)
           && is_short(said.runtime) && is_short(said.nonce) && is_short(said.proof),
       "texts are short and printable");
  must(said.of.node.known() && said.of.incarnation != 0 && said.of.peers.size() <= hello_peers,
       "a node has a name");
  for (const auto& each : said.of.peers)
    must(is_short(each) && net::parse_host_port(each), "a peer is an address");
  const auto line = hello_line(said);
  must(line.size() <= hello_bytes, "a hello is short enough");
  const auto again = read_hello(line, protocol);
  must(std::holds_alternative<greeting>(again) && same(std::get<greeting>(again), said),
       "what was read can be written");
  const auto welcomed = read_answer(welcome_line(said), protocol);
  must(std::holds_alternative<greeting>(welcomed) && same(std::get<greeting>(welcomed), said),
       "and as a welcome");

  if (const auto runtime = parse_runtime(said.runtime))
    must(runtime && to_string(runtime) == said.runtime, "a runtime ID is what CAF writes");

  static const auto key = derive_admission_key("a secret of the cluster");
  const auto proof = prove(key, role::dialler, said.nonce, "theirs", said);
  auto other = said;
  ++other.of.incarnation;
  must(proven({key}, proof, role::dialler, said.nonce, "theirs", said), "a proof is right");
  must(!proven({key}, proof, role::acceptor, said.nonce, "theirs", said), "of one side alone");
  must(!proven({key}, proof, role::dialler, said.nonce, "theirs", other), "and of one run");
}

void check_refused(const refused& said) {
  must(!said.message.empty() || said.why != refusal::bad_hello, "a refusal says why");
  must(said.message.size() <= 3 * text_bytes && static_cast<std::size_t>(said.why) < refusal_codes.size(),
       "a refusal is bounded");
}

void check_answer(std::string_view line) {
  const auto read = read_answer(line, protocol);
  if (const auto* theirs = std::get_if<greeting>(&read)) {
    check_greeting(*theirs);
  } else if (const auto* asked = std::get_if<challenge>(&read)) {
    must(is_short(asked->nonce) && !asked->nonce.empty(), "a nonce is short and printable");
    const auto again = read_answer(challenge_line(*asked), protocol);
    must(std::get<challenge>(again).nonce == asked->nonce, "what was read can be written");
  } else {
    const auto& said = std::get<refused>(read);
    check_refused(said);
    const auto again = read_answer(refused_line(said), protocol);
    must(std::get<refused>(again).why == said.why, "what was read can be written");
  }
}

void check_proof(std::string_view line) {
  const auto read = read_proof(line);
  const auto* proofs = std::get_if<std::vector<std::string>>(&read);
  if (!proofs)
    return check_refused(std::get<refused>(read));
  must(!proofs->empty() && proofs->size() <= proofs_at_once, "proofs are few");
  must(std::get<std::vector<std::string>>(read_proof(proof_line(*proofs))) == *proofs,
       "what was read can be written");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = fuzz::text_of(data, size).substr(0, hello_bytes);
  const auto read = read_hello(line, protocol);
  if (const auto* theirs = std::get_if<greeting>(&read))
    check_greeting(*theirs);
  else
    check_refused(std::get<refused>(read));
  check_answer(line);
  check_proof(line);
  return 0;
}
