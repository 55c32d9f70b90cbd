#include "system.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        give_up("no memory");
    return memory;
}

void *resized(void *memory, size_t count, size_t size)
{
    memory = realloc(memory, count * size);
    if (!memory)
        give_up("no memory");
    return memory;
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double seconds(struct timeval value)
{
    return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

double own_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double machine_cpu_s(void)
{
    unsigned long long user = 0, nice = 0, kernel = 0, irq = 0, softirq = 0, stolen = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (!file)
        return 0;
    if (fscanf(file, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user, &nice, &kernel, &irq,
            &softirq, &stolen) != 6)
        user = nice = kernel = irq = softirq = stolen = 0;
    fclose(file);
    return (double)(user + nice + kernel + irq + softirq + stolen) / (double)sysconf(_SC_CLK_TCK);
}

void raise_descriptors(unsigned wanted)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return;
    if (limit.rlim_max < wanted)
        limit.rlim_max = wanted; /* root may */
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit))
        give_up("%u descriptors are needed, see ulimit -Hn", wanted);
}

/* What of /proc/PID/stat is wanted; return 0 if the process is not there. */
static int read_stat(int pid, int *session, double *cpu_s)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    /* The name in parentheses may hold anything, so count from its end. */
    char *rest = strrchr(text, ')');
    unsigned long long user, kernel;
    if (!rest
        || sscanf(rest + 1, " %*c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu", session, &user,
               &kernel) != 3)
        return 0;
    *cpu_s = (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
    return 1;
}

void processes_find(struct processes *processes, const int *sessions, int session_count)
{
    DIR *directory = opendir("/proc");
    if (!directory || !session_count)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        int pid = atoi(entry->d_name), session = 0;
        double unused;
        if (pid <= 0 || !read_stat(pid, &session, &unused))
            continue;
        for (int i = 0; i < session_count; i++) {
            if (session != sessions[i])
                continue;
            if (processes->count == processes->room) {
                processes->room = processes->room ? 2 * processes->room : 16;
                processes->pids
                    = resized(processes->pids, (size_t)processes->room, sizeof *processes->pids);
            }
            processes->pids[processes->count++] = pid;
        }
    }
    closedir(directory);
}

double processes_cpu_s(const struct processes *processes)
{
    double sum_s = 0, cpu_s;
    for (int i = 0, session; i < processes->count; i++)
        if (read_stat(processes->pids[i], &session, &cpu_s))
            sum_s += cpu_s;
    return sum_s;
}

static uint64_t pss_bytes(int pid)
{
    char path[64], line[256];
    unsigned long long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %llu kB", &kib) == 1)
            break;
    fclose(file);
    return kib * 1024;
}

uint64_t processes_pss_bytes(const struct processes *processes)
{
    uint64_t sum = 0;
    for (int i = 0; i < processes->count; i++)
        sum += pss_bytes(processes->pids[i]);
    return sum;
}
