#include "apps/rollcall/api_client.hpp"

#include "apps/rollcall/answer_reader.hpp"
#include "apps/rollcall/http_status.hpp"

#include <xmlrpc-c/base.hpp>
#include <xmlrpc-c/xml.hpp>

#include <limits>
#include <map>
#include <vector>

namespace rollcall::cli {

namespace {

constexpr int no_such_method = -32601;

xmlrpc_c::value to_xmlrpc(const boost::json::value& value) {
  if (const auto* text = value.if_string())
    return xmlrpc_c::value_string(std::string(*text));
  if (const auto* yes = value.if_bool())
    return xmlrpc_c::value_boolean(*yes);
  if (const auto* number = value.if_double())
    return xmlrpc_c::value_double(*number);
  if (const auto* items = value.if_array()) {
    std::vector<xmlrpc_c::value> all;
    for (const auto& each : *items)
      all.push_back(to_xmlrpc(each));
    return xmlrpc_c::value_array(all);
  }
  const auto number = value.to_number<std::int64_t>();
  if (number > std::numeric_limits<int>::max() || number < std::numeric_limits<int>::min())
    return xmlrpc_c::value_i8(number);
  return xmlrpc_c::value_int(static_cast<int>(number));
}

std::string call_xml(const std::string& method, const boost::json::object& parameters) {
  xmlrpc_c::paramList list;
  if (!parameters.empty()) {
    std::map<std::string, xmlrpc_c::value> members;
    for (const auto& [key, value] : parameters)
      members.emplace(std::string(key), to_xmlrpc(value));
    list.add(xmlrpc_c::value_struct(members));
  }
  std::string xml;
  xmlrpc_c::xml::generateCall(method, list, &xml);
  return xml;
}

} // namespace

exit_code exit_code_of_fault(int code) {
  switch (code) {
  case 401:
    return exit_code::not_found;
  case 403:
    return exit_code::denied;
  default:
    return exit_code::failure;
  }
}

api_answer api_client::call(const std::string& method, const boost::json::object& parameters) {
  answer_reader reader;
  auto answer = http_.post(call_xml(method, parameters), [&](std::string_view part) { reader.feed(part); });
  if (answer.status != 200)
    throw command_error(answer.status == http_unauthorized ? exit_code::denied : exit_code::failure,
                        refusal_of(answer));
  if (!reader.finish()) {
    const auto fault = reader.fault();
    const auto text = "fault " + std::to_string(fault.code) + ": " + fault.text;
    if (fault.code == no_such_method)
      throw unknown_method(exit_code::failure, text);
    throw fault_error(exit_code_of_fault(fault.code), text);
  }
  api_answer result{std::move(reader.value()), std::move(answer.gaps)};
  if (const auto* object = result.value.if_object())
    if (const auto* complete = object->if_contains("complete"); complete && *complete == false)
      result.gaps.complete = false;
  return result;
}

} // namespace rollcall::cli
