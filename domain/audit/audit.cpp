#include "domain/audit/audit.hpp"

namespace rollcall {

namespace {

/// Of what the allocator and the containers add to an item.
constexpr std::size_t item_bytes = 64;

std::size_t bytes_of(const audit_request& request) {
  return sizeof(request) + request.login.size() + request.address.size() + request.method.size()
         + request.target.size() + request.reason.size();
}

constexpr std::size_t longest_audited_text = 300; ///< an ID without codes fits, with `ID=` before it

} // namespace

std::string cut_for_audit(std::string text) {
  if (text.size() <= longest_audited_text)
    return text;
  const auto size = text.size();
  text.resize(longest_audited_text);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U)
    text.pop_back(); // not within a character
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0U)
    text.pop_back();
  return text + "… (" + std::to_string(size) + " bytes)";
}

std::size_t bytes_of(const audit_writes& writes) {
  std::size_t sum = 0;
  for (const auto& write : writes) {
    sum += item_bytes + sizeof(write) + bytes_of(*write.request);
    for (const auto& block : write.blocks)
      for (const auto& call : block.calls)
        sum += item_bytes + sizeof(call_record) + call->all_texts().size();
    if (write.answer)
      sum += write.answer->text.size();
  }
  return sum;
}

std::size_t bytes_of(const audit_notes& notes) {
  std::size_t sum = 0;
  for (const auto& note : notes)
    sum += item_bytes + sizeof(note) + note.id.size() + note.text.size();
  return sum;
}

} // namespace rollcall
