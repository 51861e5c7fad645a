#!/bin/busybox sh
# What the binary for arm64 does in pi3.sh's guest, a line for each thing: tests/kernel_pins_test.ts judges that. Its
# peers are busybox's nc and Mosquitto, as each process of the binary takes its time here.
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

start_broker() {
  mosquitto -c mosquitto.conf 2>/dev/null &
  broker=$!
  until tell ready yes 2>/dev/null; do sleep 0.1; done
}

tell() {
  mosquitto_pub -h 127.0.0.1 -p 7005 -q 1 -t "$1" -m "$2"
}

# What an agent called pi says from now on, and what the broker kept of it.
watch() {
  mkfifo said
  mosquitto_sub -h 127.0.0.1 -p 7005 -q 1 -t 'pinwire/pi/#' -F '%t %p' >said 2>/dev/null &
  exec 5<said
  rm said
}

# Waits until it says so.
hear() {
  while read -r line <&5; do
    case $line in "pinwire/pi/$1") echo "pi: $1"; return ;; esac
  done
  echo "ended without $1"
}

printf '%s\n' 'listener 7005 127.0.0.1' 'allow_anonymous true' 'user root' 'log_dest none' >mosquitto.conf
start_broker
watch
begin connected led agent mqtt://127.0.0.1:7005 --name pi --pin 11 --on-exit keep
hear 'status online'
tell pinwire/pi/led/set on
hear 'led/state {"state":"ON","effect":null}'
level
tell pinwire/pi/led/set 'blink 5'
hear 'led/state {"state":"ON","effect":"blink 5"}'
until [ "$(level)" = "pin 11: 0" ]; do :; done
until [ "$(level)" = "pin 11: 1" ]; do :; done
tell pinwire/pi/led/set '{"state":"ON"}'
hear 'led/state {"state":"ON","effect":null}'
kill -KILL "$process"
hear 'status offline'
level
begin connected led agent mqtt://127.0.0.1:7005 --name pi --pin 11
hear 'led/state {"state":"ON","effect":null}'
level
kill "$broker"
see '"event":"disconnected"'
level
start_broker
watch
hear 'led/state {"state":"ON","effect":null}'
level
tell pinwire/pi/led/set off
hear 'led/state {"state":"OFF","effect":null}'
level
stop "agent at a broker"
hear 'status offline'
kill "$broker"
