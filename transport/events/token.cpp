#include "transport/events/token.hpp"

#include "transport/net/packed_text.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <utility>

namespace rollcall::events {

namespace {

using net::put_number;
using net::put_text;

constexpr std::size_t most_nodes = 255;

/// The nodes, each with its place, and behind them the switches, each with the number of its node and of its
/// calls: a switch of a node that has no place is left out.
std::string written(const watch_place& place) {
  std::string out;
  std::map<std::string_view, char> numbers;
  for (const auto& [node, at] : place.nodes) {
    numbers.emplace(node, static_cast<char>(numbers.size()));
    put_text(out, node);
    put_number(out, at.log);
    put_number(out, at.position);
  }
  put_text(out, {});
  for (const auto& [name, told] : place.switches)
    if (const auto found = numbers.find(told.node); found != numbers.end()) {
      put_text(out, name);
      out += found->second;
      put_number(out, told.calls);
    }
  put_text(out, {});
  return out;
}

watch_place read(std::string_view text) {
  watch_place place;
  net::packed_text from{text};
  std::vector<std::string> nodes;
  for (auto node = from.text(); !node.empty(); node = from.text()) {
    auto& at = place.nodes[node];
    at.log = from.number();
    at.position = from.number();
    nodes.push_back(std::move(node));
  }
  for (auto name = from.text(); !name.empty(); name = from.text()) {
    auto& told = place.switches[name];
    told.node = nodes.at(from.byte());
    told.calls = from.number();
  }
  return place;
}

} // namespace

std::string token_seal::seal(const watch_place& place, std::string_view reader) const {
  if (place.nodes.size() > most_nodes)
    return {};
  auto plain = written(place);
  const auto* const size = std::find_if(token_sizes.begin(), token_sizes.end(),
                                        [&](std::size_t most) { return plain.size() <= most; });
  if (size == token_sizes.end())
    return {};
  plain.resize(*size);
  return seal_.seal(plain, reader);
}

std::optional<watch_place> token_seal::open(std::string_view token, std::string_view reader) const {
  const auto plain = seal_.open(token, reader);
  if (!plain)
    return std::nullopt;
  try {
    return read(*plain);
  } catch (const std::exception&) { // another version of this cluster has written it
    return std::nullopt;
  }
}

} // namespace rollcall::events
