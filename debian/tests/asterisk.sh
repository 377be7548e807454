# What the tests of Asterisk's side share. Sourced behind common.sh. Its steps may run on two machines: those with asterisk in
# their name where Asterisk is, those with rollcall where rollcalld is, those with sip anywhere.

README=$(dirname "${BASH_SOURCE[0]}")/../rollcall-asterisk.README.Debian
# Not 5060, which is that of chan_sip, where an Asterisk still has it.
SIP=127.0.0.1:5062 CALLEE=127.0.0.1:5070 CALLER=127.0.0.1:5080

# asterisk_told TEXT COMMAND: Asterisk's answer to a command has that text.
asterisk_told() {
  asterisk -rx "$2" >"$WORK/asterisk.told" 2>"$WORK/asterisk.err"
  grep -qF -- "$1" "$WORK/asterisk.told"
}

# readme_says FILE: adds the lines to it that README.Debian has for it.
readme_says() {
  { echo; awk -v file="$1" '
      index($0, file) { found = 1 }
      found && /^  / { print substr($0, 3); begun = 1 }
      begun && /^$/ { print }
      begun && /^[^ ]/ { exit }' "$README"; } >"$WORK/lines"
  grep -q '[^ ]' "$WORK/lines" || die "README.Debian says nothing of $1"
  cat "$WORK/lines" >>"$1"
}

# asterisk_configure: what README.Debian says, in the configuration that Asterisk's package has made; and two ends, of which the
# dialplan says whose the calls are.
asterisk_configure() {
  readme_says /etc/asterisk/manager.conf
  readme_says /etc/asterisk/pjsip.conf
  cat >>/etc/asterisk/extensions.conf <<END

#include "/usr/share/rollcall/asterisk/extensions.conf"

[from-test]
exten => 1555,1,Gosub(rollcall,s,1(801))
 same => n,Dial(PJSIP/callee)
END
  cat >>/etc/asterisk/pjsip.conf <<END

[udp]
type = transport
protocol = udp
bind = $SIP

[sipp]
type = endpoint
context = from-test
disallow = all
allow = ulaw
direct_media = no

[callee]
type = endpoint
context = from-test
disallow = all
allow = ulaw
aors = callee

[callee]
type = aor
contact = sip:$CALLEE
END
}

# asterisk_start: as its service does it, where there is no systemd.
asterisk_start() {
  if with_systemd; then
    systemctl restart asterisk
  else
    install -d -o asterisk -g asterisk /run/asterisk
    asterisk -f -p -U asterisk >"$WORK/asterisk.log" 2>&1 &
  fi
  eventually 60 asterisk_told "Asterisk has fully booted" "core waitfullybooted"
  eventually 20 asterisk_told udp "pjsip show transports"
}

# asterisk_has_read: its side as it is meant.
asterisk_has_read() {
  asterisk_told "RC_ACCOUNT,RC_CLD,RC_CALLID" "manager show settings" || die "channelvars are not those of the include"
  grep -qE 'Timestamp events: +Yes' "$WORK/asterisk.told" || die "events have no times"
  asterisk_told "rollcall" "manager show users" || die "there is no manager user"
  asterisk_told "call,reporting" "manager show user rollcall" || die "the manager user has other rights"
  grep -qiE 'read perm: +call$' "$WORK/asterisk.told" || die "the manager user reads something else"
  asterisk_told pjsip_only "pjsip show settings" || die "PJSIP would refuse calls when AMI is busy"
  asterisk_told "Set(RC_ACCOUNT=" "dialplan show rollcall" || die "there is no dialplan of rollcall"
}

# asterisk_channels_are COUNT: so many are there.
asterisk_channels_are() { asterisk_told "$1 active channel" "core show channels count"; }

# rollcall_watches: the block of README.Debian, and a HUP.
rollcall_watches() {
  readme_says "$CONFIG"
  if with_systemd; then systemctl reload rollcalld; else kill -HUP "$daemon"; fi
  eventually 30 rollcall_is_synced
}
rollcall_is_synced() { rollcall nodes | grep -q "ast-1.*synced"; }

# rollcall_hangs_up: the one call is listed, and is hung up. 6 says that the switch of the feed has yet to tell its calls.
rollcall_hangs_up() {
  eventually 40 calls_are 1
  rollcall calls || [ $? -eq 6 ]
  rollcall disconnect call "$(call_ids)" || [ $? -eq 6 ]
  eventually 40 calls_are 0
}

# end_of_sip NAME OPTION...: a SIPp, which writes where it stands.
end_of_sip() { cd "$WORK" && exec sipp "${@:2}" -nostdin >"$1.log" 2>&1; }

# sip_call: one call from one end to the other, that lasts until it is hung up.
sip_call() {
  end_of_sip callee -sn uas -i "${CALLEE%:*}" -p "${CALLEE#*:}" -m 1 &
  callee=$!
  end_of_sip caller -sn uac "$SIP" -i "${CALLER%:*}" -p "${CALLER#*:}" -s 1555 -m 1 -d 600000 &
  caller=$!
}

# sip_ends_have_heard: both have got a BYE, without which they would wait.
sip_ends_have_heard() {
  timeout 10 tail --pid="$callee" --pid="$caller" -f /dev/null || die "an end of SIP has heard of no end"
}
