#include "transport/xmlrpc/gate.hpp"

#include "transport/xmlrpc/dialect.hpp"
#include "transport/xmlrpc/encoding.hpp"

#include <expat.h>

#include <memory>
#include <new>
#include <string>
#include <type_traits>

namespace rollcall::xmlrpc {

namespace {

constexpr std::size_t parsed_piece = 1 << 20; // XML_Parse counts in int

struct parser_deleter {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};

using parser_ptr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, parser_deleter>;

struct inspection {
  XML_Parser parser = nullptr;
  std::size_t depth = 0;
  std::size_t depth_with_data = 0;
  dialect_writer writer;
  bool refused = false;

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

std::size_t levels_of(const XML_Char* name) { return std::string_view{name} == "data" ? 0 : 1; }

void on_start(void* data, const XML_Char* name, const XML_Char**) {
  auto& seen = *static_cast<inspection*>(data);
  seen.depth += levels_of(name);
  if (seen.depth > max_depth || ++seen.depth_with_data > max_depth_with_data)
    return seen.refuse();
  seen.writer.start(name);
  if (seen.writer.malformed())
    seen.refuse();
}

void on_end(void* data, const XML_Char* name) {
  auto& seen = *static_cast<inspection*>(data);
  seen.depth -= levels_of(name);
  --seen.depth_with_data;
  seen.writer.end(name);
  if (seen.writer.malformed())
    seen.refuse();
}

void on_text(void* data, const XML_Char* text, int size) {
  static_cast<inspection*>(data)->writer.text({text, static_cast<std::size_t>(size)});
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<inspection*>(data)->refuse();
}

int on_unknown_encoding(void*, const XML_Char* name, XML_Encoding* known) {
  known->data = nullptr;
  known->convert = nullptr;
  known->release = nullptr;
  return map_bytes(name, known->map) ? XML_STATUS_OK : XML_STATUS_ERROR;
}

/// A parser for one document of this many bytes. The thread's own is used again and again, for making one
/// costs more than what most requests have it parse; a long document has one for itself, whose memory goes
/// with it. (The salt is left to expat: XML_SetHashSalt is a name that the copy of expat in xmlrpc-c exports
/// as well.)
class parser {
public:
  explicit parser(std::size_t document) {
    thread_local parser_ptr kept;
    auto& used = document > most_kept ? own_ : kept;
    if (used)
      XML_ParserReset(used.get(), nullptr);
    else
      used.reset(XML_ParserCreate(nullptr));
    if (!used)
      throw std::bad_alloc{};
    raw_ = used.get();
  }

  XML_Parser get() const { return raw_; }

private:
  static constexpr std::size_t most_kept = 64 << 10;

  parser_ptr own_;
  XML_Parser raw_ = nullptr;
};

} // namespace

or_fault<std::string> admitted(std::string_view document) {
  const auto encoding = encoding_of(document);
  if (!encoding)
    return parse_error();
  const parser by{document.size()};
  inspection seen;
  seen.parser = by.get();
  XML_SetUserData(by.get(), &seen);
  XML_SetElementHandler(by.get(), on_start, on_end);
  XML_SetCharacterDataHandler(by.get(), on_text);
  XML_SetStartDoctypeDeclHandler(by.get(), on_doctype);
  XML_SetUnknownEncodingHandler(by.get(), on_unknown_encoding, nullptr);
  // What expat knows it knows by one name alone.
  if (*encoding == "utf-8" || *encoding == "iso-8859-1" || *encoding == "us-ascii")
    XML_SetEncoding(by.get(), encoding->c_str());
  for (bool last = false; !last;) {
    const auto piece = document.substr(0, parsed_piece);
    document.remove_prefix(piece.size());
    last = document.empty();
    if (XML_Parse(by.get(), piece.data(), static_cast<int>(piece.size()), last) != XML_STATUS_OK)
      return seen.refused ? invalid_request() : parse_error();
  }
  return seen.writer.take();
}

} // namespace rollcall::xmlrpc
