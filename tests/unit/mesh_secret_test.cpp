#include "transport/cluster/hello.hpp"
#include "transport/cluster/limits.hpp"
#include "transport/cluster/secret.hpp"
#include "transport/cluster/secret_book.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace rollcall::cluster::mesh_secret_test {

namespace {

using namespace std::chrono_literals;

const greeting speaker{{"c", 1, node_id{"node-a"}, 7, "127.0.0.1:1", {}}, "runtime", {}, {}};

/// True when the proof of `speaker` as the one who dialled holds for what is given.
bool holds(const admission_keys& keys, const std::string& proof, role as = role::dialler,
           const std::string& first = "n1", const std::string& second = "n2", const greeting& of = speaker) {
  return proven(keys, proof, as, first, second, of) != nullptr;
}

} // namespace

TEST_CASE("a proof holds for what was proven and for nothing else") {
  const admission_keys keys{derive_admission_key("one secret")};
  const auto proof = prove(keys.front(), role::dialler, "n1", "n2", speaker);
  CHECK(holds(keys, proof));
  CHECK_FALSE(holds({derive_admission_key("another secret")}, proof));
  CHECK_FALSE(holds({}, proof));
  CHECK_FALSE(holds(keys, ""));
  CHECK_FALSE(holds(keys, proof.substr(1)));
  CHECK_FALSE(holds(keys, proof + "0"));
  CHECK_FALSE(holds(keys, proof, role::acceptor)); // what one side says is no answer of the other
  CHECK_FALSE(holds(keys, proof, role::dialler, "n3", "n2"));
  CHECK_FALSE(holds(keys, proof, role::dialler, "n1", "n3"));
  for (int changed = 0; changed < 4; ++changed) {
    auto other = speaker;
    if (changed == 0)
      other.of.node = node_id{"node-b"};
    else if (changed == 1)
      other.of.incarnation = 8;
    else if (changed == 2)
      other.of.cluster = "d";
    else
      other.runtime = "another";
    CAPTURE(changed);
    CHECK_FALSE(holds(keys, proof, role::dialler, "n1", "n2", other));
  }
}

TEST_CASE("a nonce is never the same twice") { CHECK(make_nonce() != make_nonce()); }

TEST_CASE("the secret before is good for a while, and only as long as there is one") {
  secret_book book;
  const secret_book::clock::time_point start{};
  CHECK(book.keys(start).empty());
  book.set("first", start);
  book.set("first", start + 1h); // a reload that changes nothing
  CHECK(book.keys(start) == admission_keys{derive_admission_key("first")});
  book.set("second", start + 2h);
  const admission_keys both{derive_admission_key("second"), derive_admission_key("first")};
  CHECK(book.keys(start + 2h) == both);
  CHECK(book.keys(start + 2h + secret_overlap - 1s) == both);
  CHECK(book.keys(start + 2h + secret_overlap) == admission_keys{derive_admission_key("second")});
  for (int i = 0; i < 100; ++i)
    book.set("number " + std::to_string(i), start + 3h);
  CHECK(book.keys(start + 3h).size() == proofs_at_once);
  book.set("", start + 4h);
  CHECK(book.keys(start + 4h).empty());
}

TEST_CASE("challenge and proof arrive, and what is neither is refused by name") {
  CHECK(std::get<challenge>(read_answer(challenge_line({"abc"}), 1)).nonce == "abc");
  const std::vector<std::string> proofs{"1", "2"};
  CHECK(std::get<std::vector<std::string>>(read_proof(proof_line(proofs))) == proofs);
  for (const auto* line :
       {"", "{}", R"({"type":"hello"})", R"({"type":"proof"})", R"({"type":"proof","proofs":[]})",
        R"({"type":"proof","proofs":[1]})", R"({"type":"proof","proofs":["1","2","3","4","5"]})"})
    CHECK(std::get<refused>(read_proof(line)).why == refusal::bad_hello);
  CHECK(std::get<refused>(read_answer(R"({"type":"challenge"})", 1)).why == refusal::bad_hello);
  auto with_nonce = speaker;
  with_nonce.nonce = "n";
  CHECK(std::get<greeting>(read_hello(hello_line(with_nonce), 1)).nonce == "n");
  auto with_proof = speaker;
  with_proof.proof = "p";
  CHECK(std::get<greeting>(read_answer(welcome_line(with_proof), 1)).proof == "p");
}

} // namespace rollcall::cluster::mesh_secret_test
