# Starts a systemd as PID 1 of its own namespaces in a root, and runs commands beside it. Sourced behind lib.sh.

# boot ROOT: false where this machine does not let us. Its network is a loopback of its own.
boot() {
  local root=$1
  group=$(mktemp -d)
  mount -t cgroup2 none "$group" 2>/dev/null || return 1
  mkdir "$group/rollcall-test-$$" || return 1
  # In a group of its own, which is then the root of what it sees.
  bash -euc '
    echo $$ >"$1/cgroup.procs"
    exec unshare --pid --fork --kill-child --mount --cgroup --net --uts --ipc --propagation private bash -euc "
      ip link set lo up
      hostname rollcall-test
      mount --bind \"\$0\" \"\$0\"
      cd \"\$0\"
      mount -t proc proc proc
      mount -t sysfs sysfs sys
      mount -t cgroup2 cgroup2 sys/fs/cgroup
      mount -t tmpfs -o mode=755 tmpfs dev
      for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 dev/\${node%:*} c 1 \${node#*:}; done
      mknod -m 666 dev/tty c 5 0
      ln -s /proc/self/fd dev/fd
      mkdir dev/pts dev/shm
      mount -t tmpfs tmpfs dev/shm
      mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
      ln -s pts/ptmx dev/ptmx
      mount -t tmpfs -o mode=755 tmpfs run
      mount -t tmpfs tmpfs tmp
      mkdir run/old
      pivot_root . run/old
      umount -l /run/old
      # As systemd expects it of whoever makes a container: what it mounts for a service is seen by all.
      mount --make-rshared /
      exec env -i container=rollcall-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --unit=multi-user.target --log-target=journal --show-status=no
    " "$2"
  ' boot "$group/rollcall-test-$$" "$root" >"$root.boot.log" 2>&1 &
  leader=$!
  local until=$((SECONDS + 60))
  until init=$(cat "/proc/$leader/task/$leader/children" 2>/dev/null) && init=${init%% *} && [ -n "$init" ] \
    && [[ $(inside systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]; do
    kill -0 "$leader" 2>/dev/null && [ $SECONDS -lt $until ] || { shut_down; return 1; }
    sleep 0.3
  done
}

# inside COMMAND...: runs it beside the systemd that has been booted.
inside() {
  nsenter --target "$init" --mount --pid --cgroup --net --uts --ipc --root --wd -- \
    env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# shut_down: ends it, and all that runs in it. What is gone already is no failure, for it runs at every exit.
shut_down() {
  [ -z "${leader:-}" ] || kill -KILL "$leader" 2>/dev/null || true
  wait "${leader:-}" 2>/dev/null || true
  leader=""
  if [ -n "${group:-}" ]; then
    find "$group/rollcall-test-$$" -depth -type d -exec rmdir {} + 2>/dev/null || true
    umount "$group" && rmdir "$group"
  fi
  group=""
}
