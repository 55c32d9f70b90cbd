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
void raise_descriptors(unsigned wanted);

/* User and system time of a process with all its threads, from /proc. */
double cpu_s(int pid);

/* Its proportional share of memory; 0 where the system does not tell. */
uint64_t pss_bytes(int pid);

#endif
