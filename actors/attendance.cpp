#include "actors/attendance.hpp"

#include "actors/errors.hpp"

#include <algorithm>

namespace rollcall {

coverage attendance::covers(const claim_verdict& by, const directory& dir, customer_id scope) const {
  coverage result;
  if (const auto* whose = dir.find(scope))
    result.unverified = by.unverified(whose->environment);
  result.missing = missing_;
  std::sort(result.missing.begin(), result.missing.end());
  return result;
}

caf::error attendance::failure(std::string done) const {
  auto names = missing_;
  std::sort(names.begin(), names.end());
  std::string text;
  for (const auto& name : names)
    text.append(text.empty() ? "" : ", ").append(name);
  if (done.empty())
    return caf::make_error(ec::node_missing, std::move(text));
  return caf::make_error(ec::node_missing, std::move(text), std::move(done));
}

} // namespace rollcall
