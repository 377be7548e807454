#include "transport/xmlrpc/recent_calls.hpp"

#include <algorithm>

namespace rollcall::xmlrpc {

or_fault<method_call> recent_calls::decode(std::string_view body) {
  const auto memorable = !body.empty() && body.size() <= most_bytes;
  if (memorable) {
    const auto known =
        std::find_if(entries_.begin(), entries_.end(), [&](const entry& x) { return x.body == body; });
    if (known != entries_.end())
      return known->said;
  }
  auto decoded = xmlrpc::decode(body);
  if (memorable && decoded) {
    entries_[oldest_] = {std::string{body}, *decoded};
    oldest_ = (oldest_ + 1) % entries_.size();
  }
  return decoded;
}

} // namespace rollcall::xmlrpc
