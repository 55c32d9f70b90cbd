/* Did every subscriber get every line, once and in order?
 *
 * One number for each subscriber and publisher says which line must come next.
 * Only what goes wrong costs more: lines that were skipped are remembered as
 * holes, so that one that comes late is told from one that comes twice. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>

struct hole {
    uint32_t publisher, from, to; /* `to` is behind the last one */
};

struct seen {
    uint32_t *next; /* by publisher */
    struct hole *holes;
    uint32_t hole_count, hole_room;
};

struct verdict {
    uint64_t lost, duplicated, swapped;
    uint64_t late; /* still on their way when nobody waited any longer */
};

void seen_init(struct seen *seen, uint32_t publishers);

/* Take a line that is not the next one. Return 1 if it was delivered for the
 * first time: then it counts as a delivery. */
int seen_odd(struct seen *seen, uint32_t publisher, uint32_t number, struct verdict *verdict);

/* Take a line; see `seen_odd`. */
static inline int seen_take(
    struct seen *seen, uint32_t publisher, uint32_t number, struct verdict *verdict)
{
    if (__builtin_expect(seen->next[publisher] == number, 1)) {
        seen->next[publisher]++;
        return 1;
    }
    return seen_odd(seen, publisher, number, verdict);
}

/* Add what never came. `sent` has the lines of each publisher. Those behind the
 * last one that came are only late if lines were still coming at the end. */
void seen_end(const struct seen *seen, const uint32_t *sent, uint32_t publishers, int coming,
    struct verdict *verdict);

#endif
