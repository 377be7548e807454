"""The story: one table, of which scene is played on which switch, and in which ways its calls are hung up there."""

import b2bua_scenes as b2bua
import scenes

PROXY = ("kamailio",)
B2BUA = ("asterisk",)
EVERY = PROXY + B2BUA

BY_ID = ("call",)
IN_EACH_WAY = ("call", "account", "customer")
NEVER = ()  #: its moment is another scene's already

#: Scene, switches that play it, and how it is hung up.
STORY = [
    (scenes.cancelled, EVERY, IN_EACH_WAY),
    (scenes.busy, EVERY, NEVER),
    (scenes.not_answered, EVERY, NEVER),
    (scenes.failing_over, EVERY, BY_ID),
    (scenes.forking, EVERY, BY_ID),
    (scenes.early_media, EVERY, BY_ID),
    (scenes.forwarding, EVERY, BY_ID),
    (scenes.from_a_carrier, EVERY, IN_EACH_WAY),
    (scenes.answered, EVERY, IN_EACH_WAY),
    (scenes.failed_over, EVERY, BY_ID),
    (scenes.forked, EVERY, BY_ID),
    (scenes.forwarded, EVERY, BY_ID),
    (scenes.to_the_desk_from_a_carrier, EVERY, BY_ID),
    (scenes.held, EVERY, BY_ID),
    (scenes.re_invited, EVERY, BY_ID),
    (scenes.ack_lost, EVERY, BY_ID),
    (scenes.bye_lost, EVERY, BY_ID),
    (scenes.picked_up_late, EVERY, BY_ID),
    (scenes.of_one_call_id, EVERY, IN_EACH_WAY),
    (scenes.of_a_long_call_id, EVERY, BY_ID),
    (b2bua.through_a_local_channel, B2BUA, BY_ID),
    (b2bua.transferred_by_the_callee, B2BUA, IN_EACH_WAY),
    (b2bua.transferred_by_the_caller, B2BUA, BY_ID),
    (b2bua.being_transferred, B2BUA, BY_ID),
    (b2bua.consulting, B2BUA, BY_ID),
    (b2bua.transferred_within_an_account, B2BUA, IN_EACH_WAY),
    (b2bua.transferred_across_accounts, B2BUA, IN_EACH_WAY),
    (b2bua.parked, B2BUA, BY_ID),
    (b2bua.retrieved, B2BUA, BY_ID),
    (b2bua.queued, B2BUA, BY_ID),
    (b2bua.answered_from_the_queue, B2BUA, BY_ID),
    (b2bua.conference, B2BUA, IN_EACH_WAY),
    (b2bua.picked_up_by_another, B2BUA, BY_ID),
    (b2bua.prompt, B2BUA, BY_ID),
    (b2bua.prompt_to_its_end, B2BUA, NEVER),
    (b2bua.prompt_before_the_answer, B2BUA, BY_ID),
]
