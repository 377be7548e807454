#include "transport/api/bound_request.hpp"

#include "transport/api/order_words.hpp"
#include "transport/net/packed_text.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::api {

namespace {

void put_bytes(std::string& out, std::string_view bytes) {
  net::put_number(out, bytes.size());
  out += bytes;
}

/// Each value with its type and its length: no two requests are written alike.
struct value_writer {
  std::string& out;

  void put(const xmlrpc::value& value) const {
    out += static_cast<char>(value.data.index());
    std::visit(*this, value.data);
  }

  void operator()(xmlrpc::nil) const {}
  void operator()(xmlrpc::opaque) const {}
  void operator()(bool value) const { out += value ? '\1' : '\0'; }
  void operator()(std::int64_t value) const { net::put_number(out, static_cast<std::uint64_t>(value)); }
  void operator()(double value) const { net::put_number(out, std::bit_cast<std::uint64_t>(value)); }
  void operator()(const std::string& value) const { put_bytes(out, value); }
  void operator()(const xmlrpc::array& values) const {
    net::put_number(out, values.size());
    for (const auto& each : values)
      put(each);
  }
  void operator()(const xmlrpc::structure& members) const {
    std::vector<const xmlrpc::member*> sorted;
    for (const auto& each : members)
      if (!is_order_word(each.name))
        sorted.push_back(&each);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->name < b->name; });
    net::put_number(out, sorted.size());
    for (const auto* each : sorted) {
      put_bytes(out, each->name);
      put(each->held);
    }
  }
};

} // namespace

std::string bound_request(const invocation& call) {
  const auto& who = call.who();
  std::string out;
  put_bytes(out, call.method);
  put_bytes(out, call.settings().directory->hash());
  net::put_number(out, who.trusted() ? 0 : static_cast<std::uint64_t>(who.login->customer->id.value()));
  put_bytes(out, who.trusted() ? std::string_view{} : who.login->web_login);
  value_writer{out}(call.params);
  return out;
}

} // namespace rollcall::api
