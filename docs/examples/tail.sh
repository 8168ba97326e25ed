#!/bin/sh
# Prints what is said in a room, and goes on printing:  tail.sh [HOST [PORT [ROOM]]]
room=${3:-#lobby}
{
    jq -nc '{hello: {}}'
    jq -nc --arg room "$room" '{join: {room: $room}}'
    # The connection stays open for as long as this side of it does.
    exec tail -f /dev/null
} | nc "${1:-localhost}" "${2:-8989}" |
    jq -r --unbuffered --arg room "$room" 'select(.kind == "message" and .room == $room) | "\(.time) \(.author): \(.text)"'
