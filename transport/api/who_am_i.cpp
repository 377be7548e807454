#include "transport/api/who_am_i.hpp"

#include "domain/base/text.hpp"
#include "domain/directory/rights.hpp"
#include "transport/api/params.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <string>
#include <utility>

namespace rollcall::api {

namespace {

constexpr parameter_list who_am_i_takes{};

constexpr std::string_view who_am_i_help =
    "Tells as whom this request is served. Takes nothing. Returns a struct: login and i_customer, which are "
    "'' and 0 in trusted mode, trusted (boolean), and rights, an array of those of 'view', 'disconnect', "
    "'bulk' and 'quarantine' that there are. In trusted mode these are all; what a request may do is then up "
    "to the customer that it names.";

outcome render(const caller& who) {
  const auto may = who.trusted() ? rights::all() : who.login->may;
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct();
  w.begin_member("login").text(who.trusted() ? std::string{} : cleaned(who.login->web_login)).end_member();
  w.begin_member("i_customer").integer(who.trusted() ? 0 : who.login->customer->id.value()).end_member();
  w.begin_member("trusted").boolean(who.trusted()).end_member();
  w.begin_member("rights").begin_array();
  for (const auto& [each, name] : right_names)
    if (may.has(each))
      w.text(name);
  w.end_array().end_member();
  w.end_struct();
  return answer{std::move(value)};
}

void run_who_am_i(const invocation_ptr& call, done_fn done) {
  const param_reader in{*call, who_am_i_takes};
  done(in.failure() ? outcome{*in.failure()} : render(call->who()));
}

} // namespace

const method who_am_i{
    .name = "system.whoAmI",
    .takes = who_am_i_takes,
    .needs = std::nullopt,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = who_am_i_help,
    .run = run_who_am_i,
};

} // namespace rollcall::api
