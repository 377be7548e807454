#pragma once

#include "domain/lists/call_groups.hpp"
#include "transport/api/call_counts.hpp"
#include "transport/http/message.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::api {

/// Writes what getCallCounts answers.
void write_counts(std::string& out, const call_groups& groups, const counts_question& asked,
                  const coverage& covers, bool full_unicode);

/// Counts the rows of a list while they come, some at a time, and then writes what getCallCounts answers.
class counting_source final : public http::body_source {
public:
  /// `held` is let go with what it writes, or with the source.
  counting_source(const counts_question& asked, cluster_list_answer told, bool full_unicode,
                  std::shared_ptr<const void> held);

  /// Throws list_lost.
  bool next(std::string& out) override;

  bool wait(std::function<void()> ready) override;

private:
  std::shared_ptr<const void> held_;
  const counts_question asked_;
  cluster_list_answer told_;
  const bool full_unicode_;
  call_groups groups_;
};

} // namespace rollcall::api
