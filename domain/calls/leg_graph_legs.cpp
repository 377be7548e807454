#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace rollcall {

namespace {

/// No more than so many bytes, without half a character of UTF-8 at the end.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  constexpr auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  constexpr std::size_t longest = 4;
  auto end = bytes;
  while (end > 0 && bytes - end < longest && goes_on(text[end]))
    --end;
  return text.substr(0, goes_on(text[end]) ? bytes : end);
}

} // namespace

leg_graph::leg_node* leg_graph::known(std::string_view id) const {
  const auto found = legs_.find(id);
  return found == legs_.end() ? nullptr : found->second.get();
}

leg_graph::leg_node* leg_graph::refresh(const leg_facts& said, leg_moment now, told_by source) {
  gone_.forget(now.steady);
  auto* of = known(said.id);
  const auto first = !of;
  if (first) {
    if (said.id.empty() || gone_.contains(std::string{said.id}))
      return nullptr;
    if (said.id.size() > bounds_.id_bytes || legs_.size() >= bounds_.legs) {
      ++refused_;
      return nullptr;
    }
    of = legs_.emplace(said.id, std::make_unique<leg_node>()).first->second.get();
    of->id = said.id;
    of->number = ++number_;
    of->since = std::min(said.since.value_or(now.wall), now.wall);
    of->incoming = said.state == leg_state::calling;
  }
  of->heard = true;
  if (said.kind)
    of->kind = said.kind;
  if (said.state)
    take_state(*of, *said.state, !first && source == told_by::event, now);
  if (!said.group.empty() && said.group != of->group)
    set_group(*of, said.group);
  if (of->kind == leg_kind::half && !said.pair.empty())
    pair_up(*of, said.pair);
  take_accounts(*of, said, now);
  take_texts(*of, said, first);
  return of;
}

/// Who is answered stays so. When it was is known only where that is news.
void leg_graph::take_state(leg_node& of, leg_state said, bool is_news, leg_moment now) {
  if (of.state == leg_state::up)
    return;
  of.state = said;
  if (of.state != leg_state::up)
    return;
  suspect({&of});
  if (is_news)
    of.up = now.wall;
}

/// A transfer may swap accounts of its legs, and swap them back. Of what the script has said of them nothing
/// comes back.
void leg_graph::take_accounts(leg_node& of, const leg_facts& said, leg_moment now) {
  if (said.transferred) {
    of.transferred = true;
    of.swapped_until = now.steady + bounds_.swapped;
  }
  if (now.steady < of.swapped_until)
    return;
  if (of.first_account.empty())
    keep(of.first_account, said.account);
  keep(of.account, said.account);
  if (of.transferred)
    return;
  keep(of.said_account, said.said_account);
  keep(of.said_direction, said.said_direction);
}

void leg_graph::take_texts(leg_node& of, const leg_facts& said, bool first) {
  keep(of.caller, said.caller);
  if (first)
    keep(of.callee, said.callee);
  keep(of.said_callee, said.said_callee);
  keep(of.sip_call_id, said.sip_call_id);
  keep(of.connection, said.connection);
  keep(of.media, said.media);
}

void leg_graph::keep(std::string& text, std::string_view said) const {
  if (!said.empty())
    text = cut(said, bounds_.text_bytes);
}

void leg_graph::set_group(leg_node& of, std::string_view group) {
  leave_group(of);
  of.group = group.substr(0, bounds_.id_bytes);
  add(groups_[of.group], of, &leg_node::at_in_group);
}

void leg_graph::leave_group(leg_node& of) {
  const auto found = groups_.find(of.group);
  if (found == groups_.end())
    return;
  drop(found->second, of, &leg_node::at_in_group);
  if (found->second.empty())
    groups_.erase(found);
}

/// A switch that was started again may give names that a half had of which nothing was heard to the end.
void leg_graph::pair_up(leg_node& half, std::string_view pair) {
  pair = pair.substr(0, bounds_.text_bytes);
  if (half.pair || (!half.pair_text.empty() && half.pair_text != pair))
    return;
  half.pair_text = pair;
  const auto [at, alone] = single_halves_.try_emplace(half.pair_text, &half);
  if (alone || at->second == &half)
    return;
  if (list_ && !at->second->heard) {
    at->second = &half;
    return;
  }
  half.pair = at->second;
  half.pair->pair = &half;
  single_halves_.erase(at);
}

leg_graph::bridge_node* leg_graph::known_bridge(std::string_view id) {
  auto found = bridges_.find(id);
  if (found == bridges_.end()) {
    if (id.empty())
      return nullptr;
    if (id.size() > bounds_.id_bytes || bridges_.size() >= bounds_.bridges) {
      ++refused_;
      return nullptr;
    }
    found = bridges_.emplace(id, std::make_unique<bridge_node>()).first;
    found->second->id = id;
  }
  found->second->heard = true;
  return found->second.get();
}

void leg_graph::enter(leg_node& of, bridge_node& into) {
  if (of.in == &into)
    return;
  if (of.in)
    leave(of);
  of.in = &into;
  add(into.members, of, &leg_node::at_in_bridge);
  of.talked = of.talked || of.state == leg_state::up;
  suspect({&of});
}

void leg_graph::leave(leg_node& of) {
  suspect(around(of));
  drop(of.in->members, of, &leg_node::at_in_bridge);
  of.in = nullptr;
}

void leg_graph::remove(leg_node& of, leg_moment now) {
  suspect(around(of));
  if (of.in)
    leave(of);
  leave_group(of);
  if (of.pair)
    of.pair->pair = nullptr;
  else if (const auto alone = single_halves_.find(of.pair_text);
           alone != single_halves_.end() && alone->second == &of)
    single_halves_.erase(alone);
  gone_.add(of.id, now.steady);

  auto* const in = of.of;
  const auto owned = in && detach(of);
  const auto keeps_it = legs_.extract(legs_.find(of.id));
  if (!in)
    return;
  if (in->all.empty())
    end_call(*in, call_end::gone, nullptr, now);
  else if (owned)
    lost_owner(*in, now);
  else
    update(*in);
}

} // namespace rollcall
