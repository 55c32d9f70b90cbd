#include "times.h"

double times_quantile(const struct times *times, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)times->count), passed = 0;
    for (unsigned slot = 0; slot < TIMES_SLOTS; slot++) {
        passed += times->slots[slot];
        if (passed > wanted) {
            unsigned shift = slot < 2 * TIMES_STEPS ? 0 : slot / TIMES_STEPS - 1;
            uint64_t low = (uint64_t)(slot - shift * TIMES_STEPS) << shift;
            double middle = (double)low + (double)((uint64_t)1 << shift) / 2;
            return (middle < (double)times->max_ns ? middle : (double)times->max_ns) / 1e9;
        }
    }
    return (double)times->max_ns / 1e9;
}
