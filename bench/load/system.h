/* What is asked of the system: memory, clocks, what a process has used. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* Say why, and end with code 1. */
void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

void *zeroed(size_t count, size_t size);
void *resized(void *memory, size_t count, size_t size);

uint64_t now_ns(void); /* CLOCK_MONOTONIC */
double own_cpu_s(void);
/* What all processes of the machine have used together. */
double machine_cpu_s(void);

void raise_descriptors(unsigned wanted);

/* All processes of some sessions: a server is started in one of its own. */
struct processes {
    int *pids, count, room;
};

void processes_find(struct processes *processes, const int *sessions, int session_count);

/* User and system time of all of them, with their threads, from /proc. */
double processes_cpu_s(const struct processes *processes);

/* Their share of memory, pages in common divided; 0 where none may look. */
uint64_t processes_pss_bytes(const struct processes *processes);

#endif
