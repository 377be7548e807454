#include "transport/xmlrpc/decode.hpp"

#include "transport/xmlrpc/dialect.hpp"
#include "transport/xmlrpc/gate.hpp"

#include <xmlrpc-c/base.h>

#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>

namespace rollcall::xmlrpc {

namespace {

/// xmlrpc-c reports by way of one of these.
class environment {
public:
  environment() { xmlrpc_env_init(&raw_); }
  ~environment() { xmlrpc_env_clean(&raw_); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  xmlrpc_env* raw() noexcept { return &raw_; }
  bool failed() const noexcept { return raw_.fault_occurred != 0; }

  /// For what can only fail when memory runs out or the library contradicts itself.
  void check() const {
    if (failed())
      throw std::runtime_error(std::string{"xmlrpc-c: "} + raw_.fault_string);
  }

private:
  xmlrpc_env raw_{};
};

struct value_deleter {
  void operator()(xmlrpc_value* held) const noexcept { xmlrpc_DECREF(held); }
};

struct text_deleter {
  void operator()(const char* text) const noexcept { std::free(const_cast<char*>(text)); }
};

using value_ptr = std::unique_ptr<xmlrpc_value, value_deleter>;
using text_ptr = std::unique_ptr<const char, text_deleter>;

value converted(xmlrpc_value* from);

std::string text_of(xmlrpc_value* from) {
  environment env;
  std::size_t size = 0;
  const char* text = nullptr;
  xmlrpc_read_string_lp(env.raw(), from, &size, &text);
  env.check();
  const text_ptr owned{text};
  return restored({text, size});
}

array array_of(xmlrpc_value* from) {
  environment env;
  array out;
  const auto size = xmlrpc_array_size(env.raw(), from);
  env.check();
  for (int i = 0; i < size; ++i) {
    xmlrpc_value* item = nullptr;
    xmlrpc_array_read_item(env.raw(), from, static_cast<unsigned>(i), &item);
    env.check();
    out.push_back(converted(value_ptr{item}.get()));
  }
  return out;
}

structure structure_of(xmlrpc_value* from) {
  environment env;
  structure out;
  const auto size = xmlrpc_struct_size(env.raw(), from);
  env.check();
  for (int i = 0; i < size; ++i) {
    xmlrpc_value* key = nullptr;
    xmlrpc_value* held = nullptr;
    xmlrpc_struct_read_member(env.raw(), from, static_cast<unsigned>(i), &key, &held);
    env.check();
    const value_ptr owned_key{key};
    const value_ptr owned{held};
    out.push_back({text_of(key), converted(held)});
  }
  return out;
}

/// Reads a plain type by the function that xmlrpc-c has for it.
template <class T, class Read>
T plain(xmlrpc_value* from, Read read) {
  environment env;
  T out{};
  read(env.raw(), from, &out);
  env.check();
  return out;
}

// As deep as the gate lets nest.
value converted(xmlrpc_value* from) {
  switch (xmlrpc_value_type(from)) {
  case XMLRPC_TYPE_NIL:
    return {nil{}};
  case XMLRPC_TYPE_BOOL:
    return {plain<xmlrpc_bool>(from, xmlrpc_read_bool) != 0};
  case XMLRPC_TYPE_INT:
    return {static_cast<std::int64_t>(plain<int>(from, xmlrpc_read_int))};
  case XMLRPC_TYPE_I8:
    return {static_cast<std::int64_t>(plain<xmlrpc_int64>(from, xmlrpc_read_i8))};
  case XMLRPC_TYPE_DOUBLE:
    return {plain<double>(from, xmlrpc_read_double)};
  case XMLRPC_TYPE_STRING:
    return {text_of(from)};
  case XMLRPC_TYPE_ARRAY:
    return {array_of(from)};
  case XMLRPC_TYPE_STRUCT:
    return {structure_of(from)};
  default:
    return {opaque{}};
  }
}

// The size of a body is limited by the HTTP server alone. The library keeps its own limit, for the process.
void lift_size_limit() {
  [[maybe_unused]] static const bool lifted =
      (xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, std::numeric_limits<int>::max()), true);
}

} // namespace

or_fault<method_call> decode(std::string_view body) {
  const auto document = admitted(body);
  if (!document)
    return document.why();
  lift_size_limit();
  environment env;
  const char* name = nullptr;
  xmlrpc_value* params = nullptr;
  xmlrpc_parse_call(env.raw(), document->data(), document->size(), &name, &params);
  if (env.failed())
    return invalid_request();
  const text_ptr owned_name{name};
  const value_ptr owned{params};
  if (*name == '\0')
    return invalid_request();
  return method_call{restored(name), array_of(params)};
}

} // namespace rollcall::xmlrpc
