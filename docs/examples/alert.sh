#!/bin/sh
# Posts one line and says whether it arrived, for cron:  alert.sh TEXT [HOST [PORT [ROOM]]]
#
#     */5 * * * *  df -h / | awk '$5+0 > 90' | grep . && alert.sh "the disk is nearly full"
#
# It tries three times. The key makes that harmless: if the first try arrived and only its answer was
# lost, the line is not said twice.
key=$(date +%s)-$$
post() {
    jq -nc --arg name "$1" --arg text "$2" --arg room "${5:-#lobby}" --arg key "$key" \
        '{hello: {name: $name}}, {join: {room: $room}},
         {say: {room: $room, text: $text, key: $key}, id: "alert"}' |
        nc -N -w 10 "${3:-localhost}" "${4:-8989}" |
        jq -rR 'fromjson? | select(.id == "alert" or .refused) | .ack // "\(.code): \(.text)"'
}
name=cron
for try in 1 2 3; do
    answer=$(post "$name" "$@")
    echo "$answer" | grep -qx say && exit
    case $answer in
        # Another run has the name, or its link broke. If one of this run did, another name would say it twice.
        name_taken* | name_kept*) [ "$try" = 1 ] && name=cron-$$ ;;
    esac
done
# The first refusal is the reason of the others.
echo "alert.sh: not posted: $(echo "${answer:-no answer}" | head -n 1): $1" >&2
exit 1
