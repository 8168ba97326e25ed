#!/bin/sh
# Posts one line and says whether it arrived, for cron:  alert.sh TEXT [HOST [PORT [ROOM]]]
#
#     */5 * * * *  df -h / | awk '$5+0 > 90' | grep . && alert.sh "the disk is nearly full"
#
# It tries three times. The key makes that harmless: if the first try arrived and only its answer was
# lost, the line is not said twice.
commands=$(jq -nc --arg text "$1" --arg room "${4:-#lobby}" --arg key "$(date +%s)-$$" \
    '{hello: {name: "cron"}}, {join: {room: $room}},
     {say: {room: $room, text: $text, key: $key}, id: "alert"}')
for try in 1 2 3; do
    answer=$(printf '%s\n' "$commands" | nc -N -w 10 "${2:-localhost}" "${3:-8989}" |
        jq -rR 'fromjson? | select(.id == "alert") | .ack // .text')
    [ "$answer" = say ] && exit
done
echo "alert.sh: not posted: ${answer:-no answer}: $1" >&2
exit 1
