#pragma once

#include <caf/atom.hpp>
#include <caf/type_id.hpp>

// The verbs of our messages. Nouns are structs, see messages.hpp. CAF's own atoms are used where they fit.
CAF_BEGIN_TYPE_ID_BLOCK(rollcall, caf::first_custom_type_id)
CAF_ADD_ATOM(rollcall, rollcall::atom, placed, "placed")
CAF_ADD_ATOM(rollcall, rollcall::atom, settled, "settled")
CAF_ADD_ATOM(rollcall, rollcall::atom, forget, "forget")
CAF_ADD_ATOM(rollcall, rollcall::atom, hang_up, "hang_up")
CAF_ADD_ATOM(rollcall, rollcall::atom, expect, "expect")
CAF_ADD_ATOM(rollcall, rollcall::atom, audit, "audit")
CAF_ADD_ATOM(rollcall, rollcall::atom, closed, "closed")
CAF_ADD_ATOM(rollcall, rollcall::atom, deadline, "deadline")
CAF_ADD_ATOM(rollcall, rollcall::atom, consumed, "consumed")
CAF_ADD_ATOM(rollcall, rollcall::atom, release, "release")
CAF_ADD_ATOM(rollcall, rollcall::atom, adopt, "adopt")
CAF_ADD_ATOM(rollcall, rollcall::atom, yield, "yield")
CAF_ADD_ATOM(rollcall, rollcall::atom, let_go, "let_go")
CAF_ADD_ATOM(rollcall, rollcall::atom, more, "more")
CAF_ADD_ATOM(rollcall, rollcall::atom, ping, "ping")
CAF_ADD_ATOM(rollcall, rollcall::atom, joined, "joined")
CAF_ADD_ATOM(rollcall, rollcall::atom, left, "left")
CAF_ADD_ATOM(rollcall, rollcall::atom, retire, "retire")
CAF_ADD_ATOM(rollcall, rollcall::atom, retired, "retired")
CAF_ADD_ATOM(rollcall, rollcall::atom, proceed, "proceed")
CAF_ADD_ATOM(rollcall, rollcall::atom, unaudited, "unaudited")
CAF_ADD_ATOM(rollcall, rollcall::atom, resume, "resume")
CAF_ADD_ATOM(rollcall, rollcall::atom, drain, "drain")
CAF_ADD_ATOM(rollcall, rollcall::atom, inherit, "inherit")
CAF_ADD_ATOM(rollcall, rollcall::atom, hang_ups, "hang_ups")
CAF_ADD_ATOM(rollcall, rollcall::atom, passed_on, "passed_on")
CAF_END_TYPE_ID_BLOCK(rollcall)
