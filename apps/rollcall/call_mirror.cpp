#include "apps/rollcall/call_mirror.hpp"

#include "domain/calls/call_state.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

[[noreturn]] void refuse() {
  throw command_error(exit_code::failure, "the server sent what is no message of a stream");
}

std::string_view text_in(const boost::json::object& message, std::string_view name) {
  const auto* value = message.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  if (!text)
    refuse();
  return *text;
}

/// Absent: none.
std::string_view maybe_text(const boost::json::object& message, std::string_view name) {
  return message.contains(name) ? text_in(message, name) : std::string_view{};
}

/// A number, or a text of one where the server has `string_ids`.
std::int64_t id_in(const boost::json::object& row, std::string_view name) {
  const auto* value = row.if_contains(name);
  if (value && value->is_int64())
    return value->get_int64();
  const auto* text = value ? value->if_string() : nullptr;
  std::int64_t id = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc{})
    refuse();
  return id;
}

std::string joined(const std::set<std::string, std::less<>>& names) {
  std::string all;
  for (const auto& name : names)
    all.append(all.empty() ? "" : ", ").append(name);
  return all;
}

} // namespace

void call_mirror::take(const boost::json::object& message) {
  const auto type = text_in(message, "type");
  if (type == "call") {
    const auto* row = message.if_contains("call");
    if (!row || !row->is_object())
      refuse();
    put(row->get_object());
  } else if (type == "end" || type == "leave") {
    drop(text_in(message, "ID"));
  } else if (type == "reset") {
    if (const auto name = maybe_text(message, "switch"); name.empty())
      forget_all();
    else
      forget_switch(name);
  } else if (type == "node") {
    const auto name = std::string{text_in(message, "node_id")};
    if (text_in(message, "state") == "missing")
      missing_nodes_.insert(name);
    else
      missing_nodes_.erase(name);
  } else if (type == "switch") {
    const auto name = std::string{text_in(message, "switch")};
    if (text_in(message, "state") == "verified")
      unverified_switches_.erase(name);
    else
      unverified_switches_.insert(name);
  } else if (type == "synced") {
    if (const auto name = maybe_text(message, "switch"); !name.empty()) {
      retold_.erase(std::string{name});
    } else {
      synced_ = true;
      retold_.clear();
    }
  } else if (type == "begin") { // what is missing is told anew
    missing_nodes_.clear();
    unverified_switches_.clear();
    const auto* resumed = message.if_contains("resumed");
    if (!resumed || !resumed->is_bool() || !resumed->get_bool())
      forget_all();
  }
  if (type == "mark") // also of a switch whose node is missing, and which is told when that is back
    retold_.clear();
  if (const auto* complete = message.if_contains("complete"); complete && complete->is_bool()) {
    complete_ = complete->get_bool();
    if (complete_) { // of those that are gone for good nothing is told
      missing_nodes_.clear();
      unverified_switches_.clear();
    }
  }
}

void call_mirror::put(const boost::json::object& row) {
  const auto state = call_state_from(text_in(row, "CC_STATE"));
  const call now{id_in(row, "I_ACCOUNT"), number_of(text_in(row, "SWITCH")), state && is_active(*state),
                 state == call_state::connected};
  auto& known = calls_[std::string{text_in(row, "ID")}];
  add(known, -1);
  known = now;
  add(known, 1);
}

void call_mirror::drop(std::string_view id) {
  const auto found = calls_.find(std::string{id});
  if (found == calls_.end())
    return; // so it may be after a resume
  add(found->second, -1);
  calls_.erase(found);
}

void call_mirror::add(const call& one, std::int64_t by) {
  if (!one.active)
    return;
  auto& of = accounts_[one.account];
  of.total += by;
  of.connected += one.connected ? by : 0;
  if (of.total == 0)
    accounts_.erase(one.account);
}

void call_mirror::forget_all() {
  calls_.clear();
  accounts_.clear();
  retold_.clear();
  synced_ = false;
}

void call_mirror::forget_switch(std::string_view name) {
  retold_.emplace(name);
  const auto number = number_of(name);
  std::erase_if(calls_, [&](const auto& each) {
    if (each.second.source != number)
      return false;
    add(each.second, -1);
    return true;
  });
}

std::uint32_t call_mirror::number_of(std::string_view source) {
  const auto found = sources_.find(source);
  if (found != sources_.end())
    return found->second;
  return sources_.emplace(source, static_cast<std::uint32_t>(sources_.size() + 1)).first->second;
}

stats call_mirror::counted() const {
  std::vector<std::pair<std::int64_t, count>> accounts(accounts_.begin(), accounts_.end());
  std::sort(accounts.begin(), accounts.end(), [](const auto& a, const auto& b) {
    return a.second.total != b.second.total ? a.second.total > b.second.total : a.first < b.first;
  });
  stats result;
  for (const auto& [account, of] : accounts) {
    result.rows.push_back({{"i_account", account}, {"total", of.total}, {"connected", of.connected}});
    result.total += of.total;
    result.connected += of.connected;
  }
  result.gaps.complete = complete_;
  result.gaps.missing_nodes = joined(missing_nodes_);
  result.gaps.unverified_switches = joined(unverified_switches_);
  return result;
}

} // namespace rollcall::cli
