#!/usr/bin/env python3
"""Answers "!time" in a room:  bot.py [HOST [PORT [ROOM]]]"""
import json, socket, sys, time

host, port, room = (sys.argv[1:] + ["localhost", "8989", "#lobby"][len(sys.argv) - 1:])[:3]
chat = socket.create_connection((host, port)).makefile("rw", encoding="utf-8", newline="\n")
send = lambda command: print(json.dumps(command), file=chat, flush=True)
send({"hello": {"name": "clock"}})
send({"join": {"room": room}})
for event in map(json.loads, chat):
    if event.get("kind") == "message" and event["text"] == "!time":
        send({"say": {"room": event["room"], "text": time.strftime("%H:%M:%S UTC", time.gmtime())}})
