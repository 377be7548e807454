#include "transport/api/failure.hpp"

#include "actors/errors.hpp"
#include "actors/runtime/log.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

#include <cstdint>
#include <exception>
#include <random>

namespace rollcall::api {

namespace {

constexpr std::string_view not_counted = ": the calls could not be counted, nothing was sent";

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

xmlrpc::fault unavailable(const invocation& call, std::string_view what) {
  return {xmlrpc::fault_code::unavailable, "Node " + call.settings().node.value() + std::string{what}};
}

std::string first_text(const caf::message& context) {
  return !context.empty() && context.match_element<std::string>(0) ? context.get_as<std::string>(0)
                                                                   : std::string{};
}

/// The names, and perhaps what was done all the same.
xmlrpc::fault missing_nodes(const caf::message& context) {
  const auto part = [&](std::size_t i) {
    return context.match_element<std::string>(i) ? context.get_as<std::string>(i) : std::string{};
  };
  const auto names = context.empty() ? std::string{} : part(0);
  const auto plural = names.find(',') != std::string::npos;
  auto text = (plural ? "Nodes " : "Node ") + names + (plural ? " are missing" : " is missing");
  if (context.size() > 1)
    text += "; " + part(1);
  return {xmlrpc::fault_code::unavailable, std::move(text)};
}

} // namespace

xmlrpc::fault internal_fault(std::string_view method, std::string_view what) {
  const auto id = random_id();
  log::error("api", "error {} in {}: {}", id, method, what);
  return {xmlrpc::fault_code::internal, "Internal error " + id};
}

xmlrpc::fault fault_of_exception(std::string_view method) noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& e) {
      return internal_fault(method, e.what());
    } catch (...) {
      return internal_fault(method, "an exception of unknown type");
    }
  } catch (...) { // there is not even the memory to tell
    return {};
  }
}

xmlrpc::fault fault_of(const caf::error& error, const invocation& call) {
  if (error == ec::too_late || error == caf::sec::request_timeout)
    return unavailable(call, " did not answer in time");
  if (error == caf::sec::request_receiver_down || error.category() == caf::atom("exit"))
    return unavailable(call, " is stopping");
  if (error == ec::node_missing)
    return missing_nodes(error.context());
  if (error == ec::unknown_node)
    return xmlrpc::wrong_id("node_id");
  if (error == ec::node_up)
    return {xmlrpc::fault_code::conflict, "The node is up; drain it instead"};
  if (error == ec::not_counted)
    return {xmlrpc::fault_code::unavailable, first_text(error.context()) + std::string{not_counted}};
  if (error == ec::out_of_bounds)
    return {xmlrpc::fault_code::conflict, first_text(error.context())};
  if (error == ec::not_drained)
    return {xmlrpc::fault_code::unavailable, "The node is not drained: " + first_text(error.context())};
  if (error == ec::no_history)
    return unavailable(call, " cannot read its history now");
  return internal_fault(call.method, caf::deep_to_string(error));
}

bool is_of_counting(const xmlrpc::fault& why) {
  return why.code == xmlrpc::fault_code::conflict || why.text.ends_with(not_counted);
}

} // namespace rollcall::api
