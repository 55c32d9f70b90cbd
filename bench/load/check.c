#include "check.h"

#include "system.h"

void seen_init(struct seen *seen, uint32_t publishers)
{
    *seen = (struct seen){.next = zeroed(publishers, sizeof *seen->next)};
}

static void add_hole(struct seen *seen, uint32_t publisher, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    if (seen->hole_count == seen->hole_room) {
        seen->hole_room = seen->hole_room ? 2 * seen->hole_room : 16;
        seen->holes = resized(seen->holes, seen->hole_room, sizeof *seen->holes);
    }
    seen->holes[seen->hole_count++] = (struct hole){publisher, from, to};
}

int seen_odd(struct seen *seen, uint32_t publisher, uint32_t number, struct verdict *verdict)
{
    uint32_t next = seen->next[publisher];
    if (number > next) {
        add_hole(seen, publisher, next, number);
        seen->next[publisher] = number + 1;
        return 1;
    }
    for (uint32_t i = 0; i < seen->hole_count; i++) {
        struct hole hole = seen->holes[i];
        if (hole.publisher == publisher && hole.from <= number && number < hole.to) {
            seen->holes[i] = seen->holes[--seen->hole_count];
            add_hole(seen, publisher, hole.from, number);
            add_hole(seen, publisher, number + 1, hole.to);
            verdict->swapped++;
            return 1;
        }
    }
    verdict->duplicated++;
    return 0;
}

void seen_end(const struct seen *seen, const uint32_t *sent, uint32_t publishers, int coming,
    struct verdict *verdict)
{
    uint64_t *tail = coming ? &verdict->late : &verdict->lost;
    for (uint32_t i = 0; i < seen->hole_count; i++)
        verdict->lost += seen->holes[i].to - seen->holes[i].from;
    for (uint32_t i = 0; i < publishers; i++)
        if (seen->next[i] < sent[i])
            *tail += sent[i] - seen->next[i];
}
