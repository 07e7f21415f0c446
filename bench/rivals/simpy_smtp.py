#!/usr/bin/python3
"""SMTP in SimPy as a teacher would model it: pairs of a client and a server process over cables
with latency (the "event latency" pattern of SimPy's documentation), real command strings,
11 exchanges a message of 1 KiB.
usage: simpy_smtp.py PAIRS MESSAGES_PER_PAIR [log]      prints messages per CPU-second
"""
import sys
import time

import simpy

pairs, messages = int(sys.argv[1]), int(sys.argv[2])
logging = sys.argv[3:] == ["log"]

SCRIPT = [
    "<SYN>",
    "EHLO client.example\r\n",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n",
    "MAIL FROM:<alice@client.example>\r\n",
    "RCPT TO:<bob@server.example>\r\n",
    "DATA\r\n",
    "x" * 1024 + "\r\n.\r\n",
    "NOOP\r\n",
    "RSET\r\n",
    "QUIT\r\n",
    "<FIN>",
]
log = []
done_count = 0


class Cable:
    def __init__(self, env, delay):
        self.env = env
        self.delay = delay
        self.store = simpy.Store(env)

    def latency(self, value):
        yield self.env.timeout(self.delay)
        self.store.put(value)

    def put(self, value):
        self.env.process(self.latency(value))

    def get(self):
        return self.store.get()


def client(env, up, down):
    global done_count
    for _ in range(messages):
        for command in SCRIPT:
            up.put(command)
            if logging:
                log.append((env.now, "C", command))
            reply = yield down.get()
            if reply[0] not in "23<":
                raise RuntimeError(reply)
        done_count += 1


def answer(command):
    if command == "<SYN>":
        return "220 server.example ESMTP\r\n"
    if command.startswith("EHLO"):
        return "250-server.example\r\n250 AUTH PLAIN\r\n"
    if command.startswith("AUTH"):
        return "235 OK\r\n"
    if command.startswith("DATA"):
        return "354 go\r\n"
    if command.startswith("QUIT"):
        return "221 bye\r\n"
    if command == "<FIN>":
        return "<FIN>"
    return "250 OK\r\n"


def server(env, up, down):
    in_data = False
    while True:
        command = yield up.get()
        if in_data:
            reply = "250 OK queued\r\n"
            in_data = False
        else:
            reply = answer(command)
            in_data = reply.startswith("354")
        if logging:
            log.append((env.now, "S", reply))
        down.put(reply)


env = simpy.Environment()
for pair in range(pairs):
    up, down = Cable(env, 0.010 + pair * 1e-6), Cable(env, 0.010 + pair * 1e-6)
    env.process(client(env, up, down))
    env.process(server(env, up, down))
began_s = time.process_time()
env.run()
took_s = time.process_time() - began_s
assert done_count == pairs * messages
print(f"messages/s {done_count / took_s:.0f}")
