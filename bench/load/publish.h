/* Saying lines: as many as the window allows, or so many a second. */
#ifndef PUBLISH_H
#define PUBLISH_H

#include <stdint.h>

void publishers_init(void);

/* Say what may be said now, many lines with one write. */
void publish(uint64_t at_ns);

/* Where a rate is asked for: when the next line is due. */
uint64_t next_due_ns(void);

/* Tell whether a publisher has lines that its socket did not take yet. */
int publishing_is_behind(void);

#endif
