#include "apps/config/minimal_config.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace rollcall {

namespace {

constexpr auto head =
    R"(# The configuration of rollcalld. Every key with its default and a sentence on each is in
# /usr/share/doc/rollcall/examples/rollcalld.toml; `rollcall config check FILE` says what is wrong with this one.
# `rollcall init` fills it in once. From then on, and once it is changed by hand, it is yours.
)";

/// What JSON makes of a text is a string of TOML, too.
std::string quoted(const std::string& text) { return boost::json::serialize(boost::json::value(text)); }

std::string switch_block(const first_config& values) {
  if (values.switch_name.empty())
    return {};
  if (!values.evapi.empty())
    return "\n[[kamailio]]\nname = " + quoted(values.switch_name) + "\nevapi = " + quoted(values.evapi)
           + '\n';
  return "\n[feed]\nlisten = [" + quoted(values.feed) + "]\n\n[[feed.switch]]\nname = "
         + quoted(values.switch_name) + "\nsecret = " + quoted(values.secret) + '\n';
}

} // namespace

std::string minimal_config(const first_config& values) {
  return head + ("\n[http]\nlisten = [" + quoted(values.api) + "]\n")
         + "\n# /metrics and /readyz?verbose, without a login: for this machine alone.\n"
           "[metrics]\nlisten = [\"127.0.0.1:9478\"]\n"
         + "\n[directory]\nurl = " + quoted(values.directory) + '\n' + switch_block(values);
}

} // namespace rollcall
