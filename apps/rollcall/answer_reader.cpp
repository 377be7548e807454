#include "apps/rollcall/answer_reader.hpp"

#include "apps/rollcall/exit_code.hpp"

#include <expat.h>

#include <charconv>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

constexpr std::size_t deepest = 64;           // structs and arrays within each other
constexpr std::size_t largest_feed = 1 << 20; // bytes, as expat counts in int

// A struct or an array that is not closed yet.
struct open_value {
  boost::json::value value;
  std::string key; ///< of the member that comes next
};

[[noreturn]] void refuse(const std::string& why) {
  throw command_error(exit_code::failure, "the answer is not XML-RPC: " + why);
}

template <class Number>
Number number(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
  if (text.starts_with('+'))
    text.remove_prefix(1);
  Number n{};
  if (std::from_chars(text.data(), text.data() + text.size(), n).ec != std::errc{})
    refuse("'" + std::string(text) + "' is not a number");
  return n;
}

boost::json::value leaf(std::string_view type, const std::string& text) {
  if (type == "int" || type == "i4" || type == "i8" || type == "i1" || type == "i2")
    return number<std::int64_t>(text);
  if (type == "double")
    return number<double>(text);
  if (type == "boolean")
    return number<int>(text) != 0;
  if (type == "nil")
    return nullptr;
  return boost::json::string(text);
}

bool is_leaf(std::string_view name) {
  for (const std::string_view type :
       {"string", "int", "double", "i4", "i8", "i1", "i2", "boolean", "nil", "dateTime.iso8601", "base64"})
    if (name == type)
      return true;
  return false;
}

} // namespace

struct answer_reader::parser {
  XML_Parser xml = XML_ParserCreate(nullptr);
  std::exception_ptr error; ///< thrown by a handler; nothing may be thrown through expat
  std::vector<open_value> open;
  std::string text;
  boost::json::value latest; ///< the content of the <value> that is being read
  bool typed = false;        ///< whether that had an element around it
  bool response = false;
  bool fault = false;
  std::optional<boost::json::value> result;

  parser() {
    XML_SetUserData(xml, this);
    XML_SetElementHandler(xml, &on_start, &on_end);
    XML_SetCharacterDataHandler(xml, &on_text);
    XML_SetStartDoctypeDeclHandler(xml, &on_doctype);
  }
  ~parser() { XML_ParserFree(xml); }
  parser(const parser&) = delete;
  parser& operator=(const parser&) = delete;

  template <class Handler>
  void guarded(Handler handler) {
    if (error)
      return;
    try {
      handler();
    } catch (...) {
      error = std::current_exception();
      XML_StopParser(xml, XML_FALSE);
    }
  }

  void start(std::string_view name) {
    text.clear();
    if (name == "value")
      typed = false;
    else if (name == "struct")
      enter(boost::json::object());
    else if (name == "array")
      enter(boost::json::array());
    else if (name == "fault")
      fault = true;
    else if (name == "methodResponse")
      response = true;
  }

  void enter(boost::json::value value) {
    if (open.size() == deepest)
      refuse("nested too deep");
    open.push_back({std::move(value), {}});
  }

  void end(std::string_view name) {
    if (name == "value") {
      if (!typed)
        latest = boost::json::string(text);
      deliver();
      typed = true;
    } else if (name == "name") {
      if (!open.empty())
        open.back().key = text;
    } else if (name == "struct" || name == "array") {
      latest = std::move(open.back().value);
      open.pop_back();
      typed = true;
    } else if (is_leaf(name)) {
      latest = leaf(name, text);
      typed = true;
    }
    text.clear();
  }

  void deliver() {
    if (open.empty())
      result = std::move(latest);
    else if (auto* object = open.back().value.if_object())
      object->insert_or_assign(open.back().key, std::move(latest));
    else
      open.back().value.get_array().push_back(std::move(latest));
  }

  void parse(const char* bytes, std::size_t size, bool last) {
    const auto status = XML_Parse(xml, bytes, static_cast<int>(size), last);
    if (error)
      std::rethrow_exception(error);
    if (status != XML_STATUS_OK)
      refuse(XML_ErrorString(XML_GetErrorCode(xml)));
  }

  static void on_start(void* self, const char* name, const char**) {
    auto& p = *static_cast<parser*>(self);
    p.guarded([&] { p.start(name); });
  }
  static void on_end(void* self, const char* name) {
    auto& p = *static_cast<parser*>(self);
    p.guarded([&] { p.end(name); });
  }
  static void on_text(void* self, const char* bytes, int size) {
    auto& p = *static_cast<parser*>(self);
    p.guarded([&] { p.text.append(bytes, static_cast<std::size_t>(size)); });
  }
  static void on_doctype(void* self, const char*, const char*, const char*, int) {
    auto& p = *static_cast<parser*>(self);
    p.guarded([] { refuse("it has a DOCTYPE"); });
  }
};

answer_reader::answer_reader() : parser_(std::make_unique<parser>()) {}
answer_reader::~answer_reader() = default;

void answer_reader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, largest_feed);
    parser_->parse(part.data(), part.size(), false);
    bytes.remove_prefix(part.size());
  }
}

bool answer_reader::finish() {
  parser_->parse("", 0, true);
  if (!parser_->response || !parser_->result)
    refuse("it holds no value");
  return !parser_->fault;
}

boost::json::value& answer_reader::value() { return *parser_->result; }

api_fault answer_reader::fault() const {
  const auto* object = parser_->result->if_object();
  const auto* code = object ? object->if_contains("faultCode") : nullptr;
  const auto* text = object ? object->if_contains("faultString") : nullptr;
  if (!code || !code->is_int64() || !std::in_range<int>(code->get_int64()) || !text || !text->is_string())
    refuse("its fault has no code or text");
  return {static_cast<int>(code->get_int64()), std::string(text->get_string())};
}

} // namespace rollcall::cli
