#include "domain/calls/symptoms.hpp"

#include <string>

namespace rollcall {

namespace {

using symptom_texts = std::array<std::string, symptoms::all_bits + std::size_t{1}>;

symptom_texts all_symptom_texts() {
  symptom_texts texts;
  for (std::size_t bits = 0; bits < texts.size(); ++bits)
    for (std::size_t i = 0; i < symptom_count; ++i)
      if ((bits >> i & 1U) != 0)
        texts[bits].append(texts[bits].empty() ? "" : ",").append(symptom_names[i]);
  return texts;
}

} // namespace

std::string_view to_string(symptoms all) {
  static const auto& texts = *new symptom_texts(all_symptom_texts()); // never destroyed
  return texts[all.bits()];
}

} // namespace rollcall
