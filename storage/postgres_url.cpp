#include "storage/postgres_url.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace rollcall {

namespace {

struct options_end {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using options = std::unique_ptr<PQconninfoOption, options_end>;

/// libpq quotes what it does not understand, which may be a part of the password. Only the name of a
/// parameter is none.
std::string harmless(std::string_view message) {
  if (!message.starts_with("invalid URI query parameter"))
    message = message.substr(0, message.find(": \""));
  return std::string{message.substr(0, message.find('\n'))};
}

options parsed(const std::string& url) {
  char* message = nullptr;
  options out{PQconninfoParse(url.c_str(), &message)};
  const std::unique_ptr<char, decltype(&PQfreemem)> reason{message, &PQfreemem};
  if (!out)
    throw std::invalid_argument{"is not understood by PostgreSQL's library: "
                                + harmless(reason ? reason.get() : "out of memory")};
  return out;
}

std::string value_of(const options& all, std::string_view keyword) {
  for (const auto* each = all.get(); each->keyword; ++each)
    if (each->keyword == keyword)
      return each->val ? each->val : "";
  return {};
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t begin = 0;;) {
    const auto comma = list.find(',', begin);
    out.push_back(list.substr(begin, comma - begin));
    if (comma == std::string::npos)
      return out;
    begin = comma + 1;
  }
}

/// A password with an `@` or a `/` in it ends elsewhere than its author thinks, and its rest is taken for a
/// host or a database: names that libpq quotes in every message.
void refuse_stray_password(std::string_view url) {
  const auto authority = url.find("://") + 3;
  const auto rest = url.substr(authority, url.find('?', authority) - authority);
  const auto at = rest.find('@');
  if (at == std::string_view::npos)
    return;
  if (rest.find('@', at + 1) != std::string_view::npos || rest.find('/') < at)
    throw std::invalid_argument{
        "has an @ too many: an @ or a / in a password or a name is written %40 or %2F"};
}

/// The same of a url whose host was forgotten: then the password stands where the port should.
void refuse_port_that_is_none(const std::string& ports) {
  if (!std::all_of(ports.begin(), ports.end(), [](char c) { return (c >= '0' && c <= '9') || c == ','; }))
    throw std::invalid_argument{"has a port that is no number"};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '/')
      out += "%2F";
    else
      out += c;
  return out;
}

std::string hosts_and_ports(const std::string& hosts, const std::string& ports) {
  const auto host = split(hosts);
  const auto port = split(ports);
  std::string out;
  for (std::size_t i = 0; i < std::max(host.size(), port.size()); ++i) {
    out += (i == 0 ? "" : ",") + escaped(host[std::min(i, host.size() - 1)]);
    if (const auto& number = port[std::min(i, port.size() - 1)]; !number.empty())
      out += ':' + number;
  }
  return out;
}

} // namespace

std::string show_postgres_url(const std::string& url) {
  refuse_stray_password(url);
  const auto all = parsed(url);
  const auto user = value_of(all, "user");
  const auto host = value_of(all, "host");
  const auto port = value_of(all, "port");
  const auto service = value_of(all, "service");
  refuse_port_that_is_none(port);
  return "postgresql://" + (user.empty() ? "" : escaped(user) + '@')
         + hosts_and_ports(host.empty() ? value_of(all, "hostaddr") : host, port) + '/'
         + escaped(value_of(all, "dbname")) + (service.empty() ? "" : "?service=" + service);
}

bool has_password(const std::string& url) { return !value_of(parsed(url), "password").empty(); }

} // namespace rollcall
