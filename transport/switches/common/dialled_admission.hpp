#pragma once

#include "transport/switches/common/admission.hpp"
#include "transport/switches/common/run_registry.hpp"
#include "transport/switches/common/switch_notes.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace rollcall::switches {

/// Whoever answers where a configured switch is dialled is that switch, unless the same process is connected
/// to under another name: each of its calls would be listed, and hung up, twice.
class dialled_admission final : public admission {
public:
  /// Whose sheet of notes it is, has the runs.
  dialled_admission(switch_name name, std::uint64_t epoch, std::shared_ptr<run_registry> runs,
                    std::shared_ptr<switch_notes::sheet> notes);
  ~dialled_admission() override;

  void handshaken(const std::string& trouble) override;
  std::optional<refusal> admit(claim& who) override;

private:
  const switch_name name_;
  const std::uint64_t epoch_;
  const std::shared_ptr<run_registry> runs_;
  const std::shared_ptr<switch_notes::sheet> notes_;
  bool claimed_ = false; ///< this run is ours
};

} // namespace rollcall::switches
