"""What one call of the churn may go through. A script is a function of a Script (churn.py), whose steps it takes; it ends in
`stand`, with the calls that are up then and their lines."""

from phones import ANSWER, BROKEN, BUSY, EARLY_MEDIA


def answered(s, phone, first="1", plan=ANSWER, account=None):
    """The two lines of a call to this phone, which has answered."""
    number = s.churn.number(first)
    phone.plans[number] = plan
    caller = s.call(number, account)
    callee = s.at(phone, number)
    s.answered(caller)
    return caller, callee


# --- what a call may be

def plain(s):
    caller, callee = answered(s, s.stage.carrier_a)
    s.stand((caller, [caller, callee]))


def early(s):
    caller, callee = answered(s, s.stage.carrier_a, plan=((0, 183), (0.5, 200)))
    s.stand((caller, [caller, callee]))


def failover(s):
    number = s.churn.number("2")
    s.stage.carrier_a.plans[number] = BROKEN
    s.stage.carrier_b.plans[number] = ANSWER
    caller = s.call(number)
    s.at(s.stage.carrier_a, number)
    callee = s.at(s.stage.carrier_b, number)
    s.answered(caller)
    s.stand((caller, [caller, callee]))


def fork(s):
    number = s.churn.number("3")
    s.stage.carrier_b.plans[number] = ((0, 180), (0.2, 200))
    caller = s.call(number)
    loser = s.at(s.stage.carrier_a, number)
    callee = s.at(s.stage.carrier_b, number)
    s.answered(caller)
    s.gone(loser)
    s.stand((caller, [caller, callee]))


def busy(s):
    number = s.churn.number("1")
    s.stage.carrier_a.plans[number] = BUSY
    s.gone(s.call(number))
    s.at(s.stage.carrier_a, number)


def cancel(s):
    number = s.churn.number("1")
    s.stage.carrier_a.plans[number] = s.dice.choice([EARLY_MEDIA, ((0, 180),)])
    caller = s.call(number)
    s.at(s.stage.carrier_a, number)
    s.until(lambda: caller.codes)
    s.pause()
    caller.cancel()
    s.gone(caller)
    s.until(lambda: all(line.state == "over" for line in s.lines), s.stage.carrier_a)


def hold(s):
    caller, callee = answered(s, s.stage.carrier_a)
    for direction in ("sendonly", "sendrecv"):
        line = s.dice.choice([caller, callee])
        before = len(line.agreed)
        if line.state == "up":
            line.ask(direction)
            s.until(lambda: len(line.agreed) > before or line.state == "over", line.phone)
        if not s.pause():
            break
    s.stand((caller, [caller, callee]))


SCRIPTS = [plain, plain, early, failover, fork, busy, cancel, hold]


# --- what only a back-to-back user agent can

def to_the_desk(s, account=None):
    return answered(s, s.stage.desk, "0", account=account)


def alone(s, number):
    caller = s.call(number)
    s.answered(caller)
    s.stand((caller, [caller]))


def prompt(s):
    alone(s, "700")


def conference(s):
    alone(s, s.dice.choice(["720", "721"]))


def local(s):
    number = s.churn.number("1")
    s.stage.carrier_a.plans[number] = ANSWER
    caller = s.call("8" + number[1:])
    callee = s.at(s.stage.carrier_a, number)
    s.answered(caller)
    s.stand((caller, [caller, callee]))


def blind_by_callee(s):
    caller, desk = to_the_desk(s)
    if not s.pause():
        return s.stand((caller, [caller, desk]))
    number = s.churn.number("1")
    s.stage.carrier_a.plans[number] = ANSWER
    s.transfer(desk, lambda: desk.refer(number))
    target = s.at(s.stage.carrier_a, number)
    s.answered(target)
    return s.stand((caller, [caller, target]))


def blind_by_caller(s):
    caller, callee = answered(s, s.stage.carrier_a)
    if not s.pause():
        return s.stand((caller, [caller, callee]))
    number = s.churn.number("0")
    s.stage.desk.plans[number] = ANSWER
    s.transfer(caller, lambda: caller.refer(number))
    target = s.at(s.stage.desk, number)
    s.answered(target)
    return s.stand((caller, [callee, target]))


def attended(s, account=None):
    """Across accounts, which leaves two calls, unless the transferee is of the desk's own."""
    caller, desk = to_the_desk(s, account)
    number = s.churn.number("1")
    s.stage.carrier_a.plans[number] = ANSWER
    asking = s.call(number, "802", s.stage.desk)
    asked = s.at(s.stage.carrier_a, number)
    s.answered(asking)
    if not s.pause():
        return s.stand((caller, [caller, desk]), (asking, [asking, asked]))
    s.transfer(desk, lambda: desk.refer_to_line(asking))
    s.gone(asking)
    if account:
        return s.stand((caller, [caller, asked]))
    return s.stand((caller, [caller]), (asking, [asked]))


def attended_within(s):
    attended(s, "802")


def park(s):
    caller, desk = to_the_desk(s)
    s.transfer(desk, lambda: desk.refer("730"))
    s.stand((caller, [caller]))


B2BUA_SCRIPTS = [prompt, conference, local, blind_by_callee, blind_by_callee, blind_by_caller, blind_by_caller, attended,
                 attended_within, park]
