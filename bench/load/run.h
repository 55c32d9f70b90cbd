/* One run: what was asked for, who is connected, what has come of it. */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "times.h"

struct connection;

struct options {
    const char *host;
    int port, publisher_port;
    const struct protocol *protocol, *publisher_protocol;
    uint32_t subscribers, publishers, payload, window;
    uint32_t joining; /* connections that have not joined yet, at once */
    int by_acks;       /* the window counts acknowledgements, not deliveries */
    double rate;       /* lines a second in all; 0: as fast as the window allows */
    double warm_s, measure_s, silence_s;
    int latency;
    int sessions[8], session_count;
};

enum phase { SETTING_UP, WARMING, MEASURING, DRAINING };

struct counts {
    uint64_t sent, acked, delivered;
};

struct run {
    struct options options;
    enum phase phase;
    int epoll;
    char mark[4];
    uint64_t at_ns;       /* when the bytes that are being read arrived */
    uint64_t progress_ns; /* when something was delivered or acknowledged last */
    uint32_t ready;
    struct connection *subscribers, *publishers;
    uint64_t *delivered;  /* by publisher */
    struct counts counts;
    struct verdict verdict;
    struct times times;
    uint64_t refused, closed, received_bytes;
};

extern struct run run;

#endif
