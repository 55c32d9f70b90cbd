/* A histogram of times: 64 steps for each doubling, so within 1.6 %. */
#ifndef TIMES_H
#define TIMES_H

#include <stdint.h>

enum { TIMES_STEPS = 64, TIMES_SLOTS = TIMES_STEPS * 40 };

struct times {
    uint64_t slots[TIMES_SLOTS], count, max_ns;
};

static inline void times_add(struct times *times, uint64_t ns)
{
    /* Below 128 ns a slot is a nanosecond or two. */
    unsigned shift = ns < 2 * TIMES_STEPS ? 0 : 57 - (unsigned)__builtin_clzll(ns);
    uint64_t slot = (uint64_t)shift * TIMES_STEPS + (ns >> shift);
    times->slots[slot < TIMES_SLOTS ? slot : TIMES_SLOTS - 1]++;
    times->count++;
    if (ns > times->max_ns)
        times->max_ns = ns;
}

/* Return the time in seconds that `share` of all stay below. */
double times_quantile(const struct times *times, double share);

#endif
