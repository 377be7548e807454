#include "domain/history/call_figures.hpp"

namespace rollcall {

figures_rows joined(const figures_rows& some, const figures_rows& others) {
  figures_rows all;
  all.reserve(std::max(some.size(), others.size()));
  auto b = others.begin();
  for (const auto& a : some) {
    for (; b != others.end() && b->subject < a.subject; ++b)
      all.push_back(*b);
    all.push_back(a);
    if (b != others.end() && b->subject == a.subject)
      all.back().figures.join((b++)->figures);
  }
  all.insert(all.end(), b, others.end());
  return all;
}

} // namespace rollcall
