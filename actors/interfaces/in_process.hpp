#pragma once

#include "actors/interfaces/audit.hpp"
#include "actors/interfaces/cluster.hpp"
#include "actors/interfaces/history.hpp"
#include "actors/interfaces/links.hpp"
#include "actors/interfaces/requests.hpp"
#include "actors/interfaces/tree.hpp"
#include "actors/interfaces/watching.hpp"
#include "actors/interfaces/workers.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

// What never leaves the process, and so needs no serialisation. What is named here, CAF leaves out without a
// word wherever it stands inside of what is sent to other nodes: nothing that wire.hpp uses may be.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::record_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::switch_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::directory_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_list_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_by_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_disconnect_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::preview_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_preview)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_preview_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_list_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_stats_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_disconnect_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::watch_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::watch_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::watch_messages_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_order_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::history_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::history_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::packed_minute_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_hello)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_mesh_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::symptom_rules_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_part)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_part)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::tally_update)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::retirement)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::attach_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::attached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_statuses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::audit_writes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::audit_notes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::outstanding_hang_ups_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rollcall::switch_settings>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rollcall::scope_actor>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::tally_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_owner_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::registrar_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::account_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_watch_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_actor)
