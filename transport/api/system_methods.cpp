#include "transport/api/system_methods.hpp"

#include "transport/api/methods.hpp"
#include "transport/api/params.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <string>
#include <utility>

namespace rollcall::api {

namespace {

using xmlrpc::writer;

outcome all_names(const invocation& call) {
  const param_reader in{call, list_methods.takes};
  if (in.failure())
    return *in.failure();
  std::string value;
  writer w{value};
  w.begin_array();
  for (const auto name : method_names())
    w.text(name);
  w.end_array();
  return answer{std::move(value)};
}

/// The method that a question is about, by the name that is its one parameter.
xmlrpc::or_fault<const method*> subject_of(const invocation& call) {
  const auto* name = call.params.size() == 1 ? call.params.front().as<std::string>() : nullptr;
  if (!name || name->empty())
    return xmlrpc::bad_parameter(call.method + " takes the name of a method");
  const auto* found = find_method(*name);
  if (!found)
    return xmlrpc::unknown_method(*name);
  return found;
}

outcome help_of(const invocation& call) {
  const auto about = subject_of(call);
  if (!about)
    return about.why();
  std::string help{(*about)->help};
  if (const auto needed = (*about)->needs.value())
    help.append(" Needs the right '").append(name_of(*needed)).append("'.");
  std::string value;
  writer{value}.text(help);
  return answer{std::move(value)};
}

/// Each signature is the type returned and then that of each parameter.
outcome signatures_of(const invocation& call) {
  const auto about = subject_of(call);
  if (!about)
    return about.why();
  const auto& found = **about;
  std::string value;
  writer w{value};
  w.begin_array();
  if (!found.takes_type.empty())
    w.begin_array().text(found.returns).text(found.takes_type).end_array();
  if (found.may_take_none)
    w.begin_array().text(found.returns).end_array();
  w.end_array();
  return answer{std::move(value)};
}

} // namespace

const method list_methods{
    .name = "system.listMethods",
    .takes = {},
    .needs = std::nullopt,
    .returns = "array",
    .takes_type = "struct",
    .may_take_none = true,
    .help = "Lists the names of all methods. Takes nothing, or a struct without members.",
    .run = [](const invocation_ptr& call, done_fn done) { done(all_names(*call)); },
};

const method method_help{
    .name = "system.methodHelp",
    .takes = {},
    .needs = std::nullopt,
    .returns = "string",
    .takes_type = "string",
    .may_take_none = false,
    .help = "Tells what a method does and takes. Takes the name of the method.",
    .run = [](const invocation_ptr& call, done_fn done) { done(help_of(*call)); },
};

const method method_signature{
    .name = "system.methodSignature",
    .takes = {},
    .needs = std::nullopt,
    .returns = "array",
    .takes_type = "string",
    .may_take_none = false,
    .help = "Tells the ways in which a method can be called: for each an array of the type returned and "
            "the types taken. Takes the name of the method.",
    .run = [](const invocation_ptr& call, done_fn done) { done(signatures_of(*call)); },
};

} // namespace rollcall::api
