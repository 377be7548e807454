#pragma once

#include "transport/switches/common/admission.hpp"
#include "transport/switches/feed/service.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::feed {

/// Lets in who shows the secret of a configured switch. Until then a connection is a stranger's, and those
/// have few places.
class gate final : public switches::admission {
public:
  explicit gate(std::shared_ptr<service> shared);
  ~gate() override;

  void enter(const std::string& address, std::function<void(const std::string& reason)> cut) override;
  std::optional<refusal> admit(switches::claim& who) override;
  void attached() override;
  std::optional<refusal> revise(const switch_name& name) override;

private:
  refusal wrong_secret(const switch_name& of);

  const std::shared_ptr<service> service_;
  std::string address_;             ///< of the peer
  net::strangers::place_ptr place_; ///< while it is one
  bool stranger_ = true;
};

} // namespace rollcall::feed
