#pragma once

#include <string>
#include <vector>

namespace rollcall {

/// What is missing from an answer about calls, and what of it may be out of date. Sorted, each of them. It is
/// part of every answer of the front. The API tells of every field by a header and a member of the envelope:
/// transport/api/gaps.cpp has their names.
struct coverage {
  std::vector<std::string> unverified;           ///< switches whose calls may have changed unseen
  std::vector<std::string> missing;              ///< nodes that it leaves out
  std::vector<std::string> unknown = {};         ///< switches that have not told their calls yet
  std::vector<std::string> other_directory = {}; ///< nodes that answered from another directory
  /// Nodes whose clock is off, and by how many seconds it is ahead: `node-b +3.214`.
  std::vector<std::string> clock_offset = {};
};

} // namespace rollcall
