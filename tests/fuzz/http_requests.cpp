#include "fuzz.hpp"
#include "transport/api/body_form.hpp"
#include "transport/http/peers.hpp"
#include "transport/http/request_reader.hpp"
#include "transport/http/site.hpp"
#include "transport/http/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

// Bytes of a hostile HTTP client. However they are cut, they are the same requests; each of them keeps the
// rules of headers and the bounds, is the same again when it is written anew, and is nobody else's than its
// peer's unless a proxy says so.

namespace {

using namespace rollcall;
using fuzz::must;

/// Small, so that short inputs reach them.
http::limits bounds() {
  http::limits chosen;
  chosen.header_bytes = 1024;
  chosen.body_bytes = 512;
  return chosen;
}

struct conversation {
  std::vector<http::request> requests;
  bool refused = false;
};

template <class Cut>
conversation read(std::string_view bytes, Cut cut) {
  using progress = http::request_reader::progress;
  conversation heard;
  http::request_reader reader{bounds()};
  cut(bytes, [&](std::string_view piece) {
    while (!piece.empty() && !heard.refused) {
      const auto space = reader.prepare();
      must(!space.empty(), "there is room for what comes");
      const auto size = std::min(piece.size(), space.size());
      std::copy_n(piece.begin(), size, space.begin());
      reader.commit(size);
      piece.remove_prefix(size);
      for (auto now = reader.advance();; now = reader.advance()) {
        heard.refused = now == progress::refused;
        if (now == progress::complete)
          heard.requests.push_back(reader.take());
        else if (now != progress::wants_continue)
          break;
      }
    }
  });
  if (heard.refused)
    must(reader.why().status >= 400 && !reader.why().reason.empty(), "a refusal says why");
  return heard;
}

conversation read_whole(std::string_view bytes) {
  return read(bytes, [](std::string_view text, auto each) { each(text); });
}

void must_be_same(const http::request& a, const http::request& b) {
  must(a.method == b.method && a.target == b.target && a.path == b.path && a.query == b.query,
       "the target is the same");
  must(a.fields == b.fields && a.version == b.version, "the fields are the same");
  must(a.body == b.body, "the body is the same");
}

void check_again(http::request said) {
  std::erase_if(said.fields, [](const http::field& each) {
    return http::iequals(each.first, "Transfer-Encoding") || http::iequals(each.first, "Content-Length");
  });
  said.fields.emplace_back("Content-Length", std::to_string(said.body.size()));
  auto text = said.method + ' ' + said.target + (said.version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : said.fields)
    text.append(name).append(": ").append(value) += "\r\n";
  text += "\r\n" + said.body;
  if (text.size() - said.body.size() > bounds().header_bytes)
    return;
  const auto again = read_whole(text);
  must(again.requests.size() == 1 && !again.refused, "what was read is a request");
  must_be_same(again.requests.front(), said);
}

void check_client(http::request said) {
  static const auto proxies = http::peer_list::parse({"10.0.0.0/8"});
  static const auto hosts = http::host_list::parse({"calls.example", "[::1]:8080"});
  said.peer = "192.0.2.1";
  http::identify_client(said, proxies);
  must(said.client == said.peer && !said.secure, "only a proxy speaks for somebody else");
  http::check_site(said, hosts);
  http::distrust(said, hosts, {});
  said.peer = "10.0.0.1";
  http::identify_client(said, proxies);
  const auto anybody = http::peer_list::parse({"0.0.0.0/0", "::/0"});
  must(anybody.contains(said.client), "a client is an address");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  const auto whole = read_whole(bytes);
  const auto in_pieces = [](std::string_view text, auto each) { fuzz::in_pieces(text, each); };
  auto pieces = read(bytes, in_pieces);
  if (whole.refused
      && !pieces.refused) // the last bytes of a body are not looked at before a few more are there
    pieces = read(std::string{bytes} + "\r\n\r\n\r\n", in_pieces);
  must(whole.refused == pieces.refused && whole.requests.size() == pieces.requests.size(),
       "requests are the same however they are cut");
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const auto& each = whole.requests[i];
    must_be_same(each, pieces.requests[i]);
    must(!http::check_header(each) && each.body.size() <= bounds().body_bytes, "a request keeps the rules");
    must(!each.path.empty() && each.target.find(each.path == "/" ? "" : each.path) != std::string::npos,
         "the path is part of the target");
    api::refusal_of_body(each);
    http::accepts_gzip(each.value("Accept-Encoding"));
    check_client(each);
    check_again(each);
  }
  return 0;
}
