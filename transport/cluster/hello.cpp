#include "transport/cluster/hello.hpp"

#include "transport/cluster/limits.hpp"
#include "transport/cluster/metrics.hpp"
#include "transport/net/host_port.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace rollcall::cluster {

namespace json = boost::json;

namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

/// What others send ends up in our log.
std::string printable(std::string_view text) {
  std::string clean{text.substr(0, text_bytes)};
  std::replace_if(
      clean.begin(), clean.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return clean;
}

const json::value& member(const json::object& from, const char* name) {
  const auto* found = from.if_contains(name);
  if (!found)
    throw std::invalid_argument(std::string{name} + " is missing");
  return *found;
}

std::string text(const json::object& from, const char* name) {
  const auto* found = member(from, name).if_string();
  if (!found || found->size() > text_bytes || !is_printable(*found))
    throw std::invalid_argument(std::string{name} + " is not a text of up to 300 printable characters");
  return std::string{*found};
}

std::string name(const json::object& from, const char* of) {
  auto found = text(from, of);
  if (found.empty())
    throw std::invalid_argument(std::string{of} + " is empty");
  return found;
}

std::uint64_t number(const json::object& from, const char* name) {
  const auto& found = member(from, name);
  if (const auto* positive = found.if_uint64())
    return *positive;
  if (const auto* small = found.if_int64(); small && *small >= 0)
    return static_cast<std::uint64_t>(*small);
  throw std::invalid_argument(std::string{name} + " is not a whole number");
}

std::string address(const json::object& from) {
  auto found = text(from, "address");
  const auto whole = found.starts_with(':') ? "host" + found : found;
  if (!net::parse_host_port(whole))
    throw std::invalid_argument("address is not host:port");
  return found;
}

std::vector<std::string> addresses(const json::object& from) {
  const auto* found = member(from, "peers").if_array();
  if (!found)
    throw std::invalid_argument("peers is not a list");
  std::vector<std::string> readable;
  for (const auto& each : *found)
    if (const auto* one = each.if_string(); one && one->size() <= text_bytes && is_printable(*one)
                                            && net::parse_host_port(*one) && readable.size() < hello_peers)
      readable.emplace_back(*one);
  return readable;
}

/// For people, of one whose other words may mean anything.
std::string who(const json::object& from) {
  const auto* found = from.if_contains("node");
  return found && found->is_string() ? printable(found->get_string()) : std::string{"a node"};
}

/// What is in the line; throws what is wrong with it.
json::object parse(std::string_view line) {
  json::error_code ec;
  auto parsed = json::parse(line, ec);
  if (ec || !parsed.is_object())
    throw std::invalid_argument("it is not a JSON object");
  return std::move(parsed.get_object());
}

std::variant<greeting, refused> read_greeting(const json::object& from, std::uint32_t protocol) {
  greeting theirs;
  if (const auto theirs_speak = number(from, "protocol"); theirs_speak != protocol)
    return refused{refusal::wrong_version,
                   "'" + who(from) + "' speaks protocol " + std::to_string(theirs_speak)
                       + ", the other node protocol " + std::to_string(protocol),
                   {}};
  theirs.of.protocol = protocol;
  theirs.of.cluster = text(from, "cluster");
  theirs.of.node = node_id{name(from, "node")};
  theirs.of.incarnation = number(from, "incarnation");
  if (theirs.of.incarnation == 0)
    throw std::invalid_argument("incarnation is 0");
  theirs.runtime = name(from, "runtime");
  theirs.of.address = address(from);
  theirs.of.peers = addresses(from);
  if (from.contains("nonce"))
    theirs.nonce = name(from, "nonce");
  if (from.contains("proof"))
    theirs.proof = name(from, "proof");
  return theirs;
}

std::vector<std::string> read_proofs(const json::object& from) {
  const auto* found = member(from, "proofs").if_array();
  if (!found || found->empty() || found->size() > proofs_at_once)
    throw std::invalid_argument("proofs is not a list of one to " + std::to_string(proofs_at_once));
  std::vector<std::string> all;
  for (const auto& each : *found) {
    const auto* one = each.if_string();
    if (!one || one->size() > text_bytes || !is_printable(*one))
      throw std::invalid_argument("a proof is not a text");
    all.emplace_back(*one);
  }
  return all;
}

refused read_refused(const json::object& from) {
  const auto code = text(from, "code");
  const auto found = std::find(refusal_codes.begin(), refusal_codes.end(), code);
  refused said;
  said.message = printable(member(from, "message").as_string());
  if (found == refusal_codes.end()) // one of a later version
    said.message = code + ": " + said.message;
  else
    said.why = static_cast<refusal>(found - refusal_codes.begin());
  if (from.contains("node"))
    said.node = node_id{text(from, "node")};
  return said;
}

std::string line_of(const char* type, const greeting& mine) {
  json::object line{{"type", type},
                    {"protocol", mine.of.protocol},
                    {"cluster", mine.of.cluster},
                    {"node", mine.of.node.value()},
                    {"incarnation", mine.of.incarnation},
                    {"runtime", mine.runtime},
                    {"address", mine.of.address}};
  if (!mine.nonce.empty())
    line["nonce"] = mine.nonce;
  if (!mine.proof.empty())
    line["proof"] = mine.proof;
  json::array peers;
  std::size_t bytes = json::serialize(line).size() + sizeof R"(,"peers":[]})";
  for (const auto& each : mine.of.peers) {
    bytes += json::serialize(json::string{each}).size() + 1;
    if (bytes >= hello_bytes || peers.size() >= hello_peers)
      break;
    peers.emplace_back(each);
  }
  line["peers"] = std::move(peers);
  return json::serialize(line) + '\n';
}

} // namespace

std::string_view code_of(refusal why) { return refusal_codes[static_cast<std::size_t>(why)]; }

bool is_error(refusal why) { return why != refusal::self && why != refusal::duplicate; }

std::string hello_line(const greeting& mine) { return line_of("hello", mine); }

std::string welcome_line(const greeting& mine) { return line_of("welcome", mine); }

std::string refused_line(const refused& what) {
  const json::object line{{"type", "refused"},
                          {"code", code_of(what.why)},
                          {"message", what.message},
                          {"node", what.node.value()}};
  return json::serialize(line) + '\n';
}

std::variant<greeting, refused> read_hello(std::string_view line, std::uint32_t protocol) {
  try {
    const auto from = parse(line);
    if (text(from, "type") != "hello")
      throw std::invalid_argument("its type is not hello");
    return read_greeting(from, protocol);
  } catch (const std::exception& e) {
    return refused{refusal::bad_hello, std::string{"the hello cannot be read: "} + e.what(), {}};
  }
}

std::string challenge_line(const challenge& what) {
  return json::serialize(json::object{{"type", "challenge"}, {"nonce", what.nonce}}) + '\n';
}

std::string proof_line(const std::vector<std::string>& proofs) {
  return json::serialize(
             json::object{{"type", "proof"}, {"proofs", json::array(proofs.begin(), proofs.end())}})
         + '\n';
}

std::variant<greeting, challenge, refused> read_answer(std::string_view line, std::uint32_t protocol) {
  try {
    const auto from = parse(line);
    const auto type = text(from, "type");
    if (type == "refused")
      return read_refused(from);
    if (type == "challenge")
      return challenge{name(from, "nonce")};
    if (type != "welcome")
      throw std::invalid_argument("its type is not welcome, challenge or refused");
    auto read = read_greeting(from, protocol);
    if (auto* theirs = std::get_if<greeting>(&read))
      return std::move(*theirs);
    return std::get<refused>(std::move(read));
  } catch (const std::exception& e) {
    return refused{refusal::bad_hello, std::string{"the answer cannot be read: "} + e.what(), {}};
  }
}

std::variant<std::vector<std::string>, refused> read_proof(std::string_view line) {
  try {
    const auto from = parse(line);
    if (text(from, "type") != "proof")
      throw std::invalid_argument("its type is not proof");
    return read_proofs(from);
  } catch (const std::exception& e) {
    return refused{refusal::bad_hello, std::string{"the proof cannot be read: "} + e.what(), {}};
  }
}

} // namespace rollcall::cluster
