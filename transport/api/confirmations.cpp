#include "transport/api/confirmations.hpp"

#include "actors/defaults.hpp"
#include "domain/base/moment_from.hpp"
#include "domain/base/random_number.hpp"
#include "transport/net/packed_text.hpp"

#include <cstdint>
#include <exception>
#include <stdexcept>

namespace rollcall::api {

namespace {

/// Of what a token holds: those of another are not read.
constexpr char format = 1;

/// Sealed and with all else a request stays below [http] body_limit.
constexpr std::size_t longest_preview = 32 * 1024;

/// The length of a token says no more than how many times these many bytes it has.
constexpr std::size_t token_step = 512;

std::string written(const cluster_preview_answer& told) {
  std::string id;
  net::put_number(id, random_number());
  net::put_number(id, random_number());
  std::string out{format};
  net::put_text(out, id);
  net::put_number(out, static_cast<std::uint64_t>(told.at.time_since_epoch().count()));
  for (const auto& [node, allowed] : told.nodes) {
    net::put_text(out, node);
    net::put_number(out, allowed.mark.run);
    net::put_number(out, allowed.mark.newest);
    net::put_number(out, static_cast<std::uint64_t>(allowed.mark.at));
    for (const auto& [of, calls] : allowed.calls)
      if (calls > 0) {
        net::put_text(out, of);
        net::put_number(out, calls);
      }
    net::put_text(out, {});
  }
  net::put_text(out, {});
  out.resize((out.size() + token_step - 1) / token_step * token_step);
  return out;
}

counted_preview read_again(std::string_view text) {
  net::packed_text from{text};
  counted_preview preview;
  if (from.byte() != format)
    throw std::runtime_error("a preview of another version");
  preview.id = from.text();
  preview.at = moment_from(static_cast<std::int64_t>(from.number()));
  for (auto node = from.text(); !node.empty(); node = from.text()) {
    auto& allowed = preview.nodes[node];
    allowed.mark.run = from.number();
    allowed.mark.newest = from.number();
    allowed.mark.at = static_cast<std::int64_t>(from.number());
    for (auto of = from.text(); !of.empty(); of = from.text())
      allowed.calls[of] = from.number();
  }
  return preview;
}

} // namespace

void confirmations::change_keys(std::vector<net::derived_key> keys) {
  auto seal = std::make_shared<const net::text_seal>(std::move(keys));
  const std::lock_guard lock{mutex_};
  seal_.swap(seal);
}

std::string confirmations::token_of(const cluster_preview_answer& told, std::string_view bound_to) const {
  const auto preview = written(told);
  return preview.size() <= longest_preview ? seal()->seal(preview, bound_to) : std::string{};
}

std::optional<counted_preview> confirmations::read(std::string_view token, std::string_view bound_to) const {
  const auto text = seal()->open(token, bound_to);
  if (!text)
    return std::nullopt;
  try {
    return read_again(*text);
  } catch (const std::exception&) { // another version of this cluster has written it
    return std::nullopt;
  }
}

std::shared_ptr<const net::text_seal> confirmations::seal() const {
  const std::lock_guard lock{mutex_};
  return seal_;
}

bool is_confirmable(const counted_preview& preview, const node_id& own, timestamp now) {
  const auto counted = preview.nodes.find(own.value());
  const auto at = counted == preview.nodes.end() ? preview.at : moment_from(counted->second.mark.at);
  return now - at <= confirmable && at - now <= defaults::clock_tolerance;
}

} // namespace rollcall::api
