#!/usr/bin/python3
"""The hold model in SimPy: N processes that each wait for ever another exponential delay.
usage: hold_simpy.py N OPS      prints events per CPU-second
"""
import random
import sys
import time

import simpy

pending, ops = (int(float(argument)) for argument in sys.argv[1:3])
generator = random.Random(1)
delays = [generator.expovariate(1.0) for _ in range(8192)]
state = 0


def delay():
    global state
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return delays[(state >> 8) & 8191]


def process(env, index, counts):
    while True:
        yield env.timeout(delay())
        counts[index] += 1


env = simpy.Environment()
counts = [0] * pending
for index in range(pending):
    env.process(process(env, index, counts))
step = env.step
for _ in range(2 * pending + 20000):  # warm
    step()
began_s = time.process_time()
for _ in range(ops):
    step()
print(f"events/s {ops / (time.process_time() - began_s):.0f}")
