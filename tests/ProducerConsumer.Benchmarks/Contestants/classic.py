"""The classic program: a pool of producer threads and a pool of consumer threads around one bounded queue.

Arguments: producers, consumers, capacity, items. Prints what was handled, and the seconds of wall and CPU time, without
the start of the interpreter.
"""

import queue
import sys
import time
from multiprocessing.pool import ThreadPool


def produce(channel, first, step, items):
    for number in range(first, items, step):
        channel.put(number)


def consume(channel):
    count = 0
    squares = 0
    while (number := channel.get()) is not None:
        count += 1
        squares += number * number
    return count, squares


def main():
    producers, consumers, capacity, items = (int(argument) for argument in sys.argv[1:])
    wall = time.perf_counter()
    cpu = time.process_time()
    channel = queue.Queue(maxsize=capacity)
    with ThreadPool(producers) as producer_pool, ThreadPool(consumers) as consumer_pool:
        consumed = [consumer_pool.apply_async(consume, (channel,)) for _ in range(consumers)]
        producer_pool.starmap(produce, [(channel, first, producers, items) for first in range(producers)], chunksize=1)
        for _ in range(consumers):
            channel.put(None)
        handled = [result.get() for result in consumed]
        seconds = time.perf_counter() - wall
        cpu_seconds = time.process_time() - cpu
    print(sum(count for count, _ in handled), sum(squares for _, squares in handled), seconds, cpu_seconds)


if __name__ == "__main__":
    main()
