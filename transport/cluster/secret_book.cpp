#include "transport/cluster/secret_book.hpp"

#include "transport/cluster/limits.hpp"

namespace rollcall::cluster {

void secret_book::set(const std::string& secret, clock::time_point now) {
  if (secret == secret_)
    return;
  if (!current_.empty())
    former_.insert(former_.begin(), {current_.front(), now + secret_overlap});
  if (former_.size() >= proofs_at_once)
    former_.resize(proofs_at_once - 1);
  secret_ = secret;
  current_.clear();
  if (secret.empty())
    former_.clear();
  else
    current_.push_back(derive_admission_key(secret));
}

admission_keys secret_book::keys(clock::time_point now) const {
  auto all = current_;
  for (const auto& each : former_)
    if (each.good_until > now)
      all.push_back(each.key);
  return all;
}

} // namespace rollcall::cluster
