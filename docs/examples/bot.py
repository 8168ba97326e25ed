#!/usr/bin/env python3
import json, socket, sys, time  # Answers "!time":  bot.py HOST PORT ROOM
host, port, room = sys.argv[1:]
chat = socket.create_connection((host, port)).makefile("rw", encoding="utf-8", newline="\n")
send = lambda *commands: print(*map(json.dumps, commands), sep="\n", file=chat, flush=True)
send({"hello": {"name": "clock"}}, {"join": {"room": room}})
for line in chat:
    event = json.loads(line) if line.startswith("{") else {}  # else a greeting, over a slow link
    if event.get("kind") == "message" and event["text"] == "!time":
        send({"say": {"room": event["room"], "text": time.strftime("%H:%M:%S UTC", time.gmtime())}})
