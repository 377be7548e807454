#include "transport/switches/common/dialled_admission.hpp"

#include <utility>

namespace rollcall::switches {

dialled_admission::dialled_admission(switch_name name, std::uint64_t epoch,
                                     std::shared_ptr<run_registry> runs,
                                     std::shared_ptr<switch_notes::sheet> notes)
    : name_(std::move(name)), epoch_(epoch), runs_(std::move(runs)), notes_(std::move(notes)) {}

dialled_admission::~dialled_admission() {
  if (claimed_)
    runs_->release(name_, notes_.get());
}

void dialled_admission::handshaken(const std::string& trouble) {
  if (trouble.empty())
    notes_->clear("tls");
  else
    notes_->set("tls", "no connection by TLS: " + trouble);
}

std::optional<admission::refusal> dialled_admission::admit(claim& who) {
  who.name = name_;
  who.epoch = epoch_;
  if (who.run.empty())
    return std::nullopt; // no two can be told apart by what they do not say
  if (const auto twin = runs_->claim(name_, notes_.get(), who.run)) {
    const auto text = "refused: it is the same process as switch " + *twin;
    notes_->set("run", text);
    return refusal{close_reason::stale_epoch, text + ", run " + who.run};
  }
  claimed_ = true;
  notes_->clear("run");
  return std::nullopt;
}

} // namespace rollcall::switches
