#pragma once

#include "transport/api/invocation.hpp"
#include "transport/api/needed_right.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace rollcall::api {

/// What a method does to calls. One that acts refuses what one that only reads passes over: a parameter that
/// is empty or unknown may be the one that was to narrow what is hung up.
enum class effect : std::uint8_t { reads, acts };

/// The parameters of a method that takes one struct.
struct parameter_list {
  std::span<const std::string_view> own; ///< as help and faults name them
  std::string_view scope; ///< names the customer under whose rights the method runs; taken by each of them
  effect does = effect::reads;
  std::string_view may_be_empty =
      {}; ///< of a method that acts: the one parameter that may, and is then absent
};

/// One method of the API.
struct method {
  std::string_view name;
  parameter_list takes;
  needed_right needs;
  std::string_view returns;    ///< XML-RPC type
  std::string_view takes_type; ///< XML-RPC type of its one parameter; empty: it takes none
  bool may_take_none = true;   ///< the parameter is optional
  std::string_view help;

  /// Parses, asks, renders: `done` is called once, with the answer or the fault. Does not block.
  void (*run)(const invocation_ptr& call, done_fn done);
};

} // namespace rollcall::api
