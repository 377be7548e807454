#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rollcall {

/// Who is to answer a question that several parties are asked (nodes, links, customers), who has answered,
/// and who is missing and why. It only keeps count: its owner asks, has the clock and keeps the answers.
///
///              ┌──answered (the last of its answers)──► answered
///   expect ──► awaited ──failed──► failed ┐
///              └──give_up──────► silent   ├ missing
///   leave_out ─────────────────► away     ┘
///
/// A party that is not awaited any more stays what it is: an answer that comes late or twice changes nothing.
class fan_in {
public:
  /// The number of a party, from 0 in the order of expect() and leave_out().
  using party = std::size_t;

  enum class fate : std::uint8_t {
    awaited,  ///< one of its answers is still to come
    answered, ///< all of them came
    failed,   ///< it said that it cannot answer, or what it said is of no use
    away,     ///< it could not be asked
    silent,   ///< it had not answered when it was given up
  };

  struct entry {
    std::string name;
    fate is = fate::awaited;
    std::uint64_t open = 1; ///< answers that have not come; of a silent party: that never came
    std::string why = {};   ///< it is missing
  };

  /// One more is asked. One answer of it is awaited.
  party expect(std::string name);

  /// One more should answer, and is not asked.
  party leave_out(std::string name, std::string why);

  /// One answer came. False when none of this party was awaited.
  bool answered(party who) {
    auto& one = parties_[who];
    if (one.is != fate::awaited)
      return false;
    if (--one.open == 0)
      close(one, fate::answered);
    return true;
  }

  /// One answer came: that `more` others answer in the name of this party. They are told apart by nobody.
  bool passed_on(party who, std::uint64_t more) {
    auto& one = parties_[who];
    if (one.is != fate::awaited)
      return false;
    one.open += more;
    return answered(who);
  }

  /// No further answer of this party will come, or be of use. False when none was awaited.
  bool failed(party who, std::string why);

  /// The time is over. Returns the parties that were still awaited.
  std::vector<party> give_up(const std::string& why);

  /// True when nobody is awaited.
  bool is_over() const noexcept { return awaited_ == 0; }

  bool is_awaited(party who) const noexcept { return parties_[who].is == fate::awaited; }

  /// True of a party that was left out, failed or was given up.
  bool is_missing(party who) const noexcept {
    return parties_[who].is != fate::awaited && parties_[who].is != fate::answered;
  }

  /// By party.
  const std::vector<entry>& parties() const noexcept { return parties_; }

private:
  void close(entry& one, fate is) noexcept {
    one.is = is;
    --awaited_;
  }

  std::vector<entry> parties_;
  std::size_t awaited_ = 0; ///< parties
};

} // namespace rollcall
