#!/bin/busybox sh
# What the binary for arm64 does in pi3.sh's guest, a line for each thing: tests/kernel_pins_test.ts judges that. Its
# peers are busybox's nc, as each process of the binary takes its time here.
cd /tmp || exit 1
pinwire=/app/pinwire

# What the level of GPIO17, which is pin 11, is in its register.
level() {
  echo "pin 11: $(($(devmem 0x3f200034 32) >> 17 & 1))"
}

# Starts what goes on until it is stopped, and waits for its first event of a name.
begin() {
  event=$1
  shift
  mkfifo events
  "$pinwire" "$@" --json </dev/null >events &
  process=$!
  exec 3<events
  rm events
  see "\"event\":\"$event\""
}

# Waits for an event.
see() {
  while read -r line <&3; do
    case $line in *"$1"*) return ;; esac
  done
  echo "ended without $1"
}

stop() {
  kill -INT "$process"
  wait "$process"
  echo "$1: exit code $?"
  exec 3<&-
}

"$pinwire" --version

begin listening echo serve 127.0.0.1:7001 --reply '<{data}>' --once
printf hello | nc 127.0.0.1 7001
echo
wait "$process"
echo "echo: exit code $?"

"$pinwire" led on --pin 11
level
"$pinwire" led off --pin 11
level

mkfifo words
nc -l -p 7002 <words >/dev/null &
exec 4>words
begin connected led agent 127.0.0.1:7002 --name lamp --pin 11
echo on >&4
see '"on":true'
level
stop agent
level
exec 4>&-

begin listening chat serve 127.0.0.1:7003
{ echo hello; sleep 1; } | nc 127.0.0.1 7003 >/dev/null &
see '"text":"hello"'
echo "chat: $line" | sed 's/"\(time\|peer\)":"[^"]*",\?//g'
stop chat

begin listening shell serve 127.0.0.1:7004 --wire simple
# Four bytes before the output tell its length.
echo 'echo "the answer is $((6 * 7))"' | nc 127.0.0.1 7004 | tail -c +5
stop shell
