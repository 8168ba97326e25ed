#!/bin/sh
# Posts one line and says whether it arrived, for cron:  alert.sh TEXT [HOST [PORT [ROOM]]]
#
#     */5 * * * *  df -h / | awk '$5+0 > 90' | grep . && alert.sh "the disk is nearly full"
#
# It tries three times. The key makes that harmless: if the first try arrived and only its answer was
# lost, the line is not said twice.
key=$(date +%s)-$$
for try in 1 2 3; do
    {
        jq -nc '{hello: {name: "cron"}}'
        jq -nc --arg room "${4:-#lobby}" '{join: {room: $room}}'
        jq -nc --arg room "${4:-#lobby}" --arg text "$1" --arg key "$key" \
            '{say: {room: $room, text: $text, key: $key}, id: "alert"}'
    } | nc -N -w 10 "${2:-localhost}" "${3:-8989}" |
        jq -e -n 'first(inputs | select(.id == "alert")) | .ack == "say"' >/dev/null && exit 0
done
echo "alert.sh: the line was not posted: $1" >&2
exit 1
