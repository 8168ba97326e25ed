#!/bin/sh
# Prints what is said in a room, and goes on printing:  tail.sh [HOST [PORT [ROOM]]]
room=${3:-#lobby}
commands=$(jq -nc --arg room "$room" '{hello: {}}, {join: {room: $room}}')
# Over a slow link a greeting for people may come first: it is no JSON.
printf '%s\n' "$commands" | nc "${1:-localhost}" "${2:-8989}" |
    jq -rR --unbuffered --arg room "$room" \
        'fromjson? | select(.kind == "message" and .room == $room) | "\(.time) \(.author): \(.text)"'
