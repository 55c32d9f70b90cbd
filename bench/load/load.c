/* A load for a server of rooms, and a check of what it delivers.
 *
 * One thread. All connections are there and have joined before anything is
 * said; then it warms up, measures, stops saying and waits for the rest. One
 * JSON object on standard output tells what came of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "connection.h"
#include "options.h"
#include "payload.h"
#include "protocols.h"
#include "publish.h"
#include "run.h"
#include "system.h"

enum { EVENTS = 128, SMALL_BYTES = 4096, NAP_US = 500 };

static const double SETUP_LIMIT_S = 120, DRAIN_LIMIT_S = 20;

struct run run;
static int timer;
static struct processes server;
static volatile sig_atomic_t enough;

static struct sample {
    uint64_t at_ns;
    double own_cpu_s, server_cpu_s, machine_cpu_s;
    struct counts counts;
} begin, end;

static struct sample sample(void)
{
    return (struct sample){
        now_ns(), own_cpu_s(), processes_cpu_s(&server), machine_cpu_s(), run.counts};
}

/* Who reads each line as soon as it is there pays for a wakeup and a recv each,
 * and so does the server that wakes it. Where only throughput is asked for, let
 * some gather first. */
static void nap(uint64_t bytes, int events)
{
    const struct options *options = &run.options;
    if (run.phase == SETTING_UP || options->latency || options->by_acks || options->rate > 0)
        return;
    if (events > 0 && bytes < (uint64_t)events * SMALL_BYTES)
        usleep(NAP_US);
}

/* Wait until something comes, a line is due or 10 ms have passed. */
static void turn(void)
{
    struct epoll_event events[EVENTS];
    uint64_t before = run.received_bytes;
    int count = epoll_wait(run.epoll, events, EVENTS, 10);
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;
        uint64_t ticks;
        if (!connection) {
            if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
                give_up("timer: %s", strerror(errno));
        } else if (events[i].events & ~(unsigned)EPOLLOUT) {
            connection_read(connection);
        }
    }
    nap(run.received_bytes - before, count);
}

static void set_timer(void)
{
    uint64_t due = next_due_ns();
    struct itimerspec at = {
        .it_value = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, 0);
}

static void open_all(struct connection *connections, uint32_t count, int port, uint64_t limit_ns)
{
    uint32_t before = run.ready, opened = 0;
    while (run.ready - before < count) {
        while (opened < count && opened - (run.ready - before) < run.options.joining)
            connection_open(&connections[opened++], port);
        turn();
        if (now_ns() > limit_ns)
            give_up("only %u of %u have joined", run.ready - before, count);
    }
}

static void set_up(void)
{
    const struct options *options = &run.options;
    raise_descriptors(options->subscribers + options->publishers + 64);
    run.epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(run.epoll, EPOLL_CTL_ADD, timer, &event);
    char letters[8];
    /* Another one each time, so that what was said before is not counted. */
    write_letters(letters, (uint32_t)(now_ns() >> 10));
    memcpy(run.mark, letters + 4, 4);
    run.mark[0] = '~';
    run.delivered = zeroed(options->publishers, sizeof *run.delivered);
    run.subscribers = zeroed(options->subscribers, sizeof *run.subscribers);
    run.publishers = zeroed(options->publishers, sizeof *run.publishers);
    for (uint32_t i = 0; i < options->subscribers; i++) {
        run.subscribers[i].number = i;
        run.subscribers[i].protocol = options->protocol;
        seen_init(&run.subscribers[i].seen, options->publishers);
    }
    for (uint32_t i = 0; i < options->publishers; i++) {
        run.publishers[i].number = i;
        run.publishers[i].publishes = 1;
        run.publishers[i].protocol = options->publisher_protocol;
    }
    publishers_init();
    uint64_t limit_ns = now_ns() + (uint64_t)(SETUP_LIMIT_S * 1e9);
    open_all(run.subscribers, options->subscribers, options->port, limit_ns);
    open_all(run.publishers, options->publishers, options->publisher_port, limit_ns);
}

static void end_measuring(int number)
{
    (void)number;
    enough = 1;
}

/* Go on for so long, or until SIGTERM; return 0 if nothing at all has happened for some time. */
static int go_on(double seconds)
{
    uint64_t until_ns = now_ns() + (uint64_t)(seconds * 1e9);
    uint64_t silence_ns = (uint64_t)(run.options.silence_s * 1e9);
    run.progress_ns = now_ns();
    for (uint64_t at_ns; (at_ns = now_ns()) < until_ns && !enough;) {
        publish(at_ns);
        if (run.options.rate > 0)
            set_timer();
        else if (at_ns > run.progress_ns + silence_ns)
            return 0;
        turn();
    }
    return 1;
}

static int all_is_there(void)
{
    const struct options *options = &run.options;
    if (publishing_is_behind() || (options->by_acks && run.counts.acked < run.counts.sent))
        return 0;
    return run.counts.delivered == run.counts.sent * options->subscribers;
}

/* Say nothing more, and wait for what is under way; a little longer as well,
 * for what comes twice comes late. Return 1 if lines were still coming when it
 * had taken too long. */
static int drain(void)
{
    uint64_t at_ns = now_ns(), begin_ns = at_ns;
    uint64_t silence_ns = (uint64_t)(run.options.silence_s * 1e9), grace_ns = silence_ns / 20;
    run.progress_ns = at_ns;
    while (at_ns < begin_ns + (uint64_t)(DRAIN_LIMIT_S * 1e9)) {
        if (at_ns > run.progress_ns + (all_is_there() ? grace_ns : silence_ns))
            return 0;
        publish(at_ns);
        turn();
        at_ns = now_ns();
    }
    return 1;
}

static void report(int stalled, int coming)
{
    const struct options *options = &run.options;
    double elapsed_s = (double)(end.at_ns - begin.at_ns) / 1e9;
    uint32_t *sent = zeroed(options->publishers, sizeof *sent);
    for (uint32_t i = 0; i < options->publishers; i++)
        sent[i] = run.publishers[i].sent;
    for (uint32_t i = 0; i < options->subscribers; i++)
        seen_end(&run.subscribers[i].seen, sent, options->publishers, coming, &run.verdict);
    printf("{\"elapsed_s\": %.6f, \"sent\": %llu, \"acked\": %llu, \"delivered\": %llu, ", elapsed_s,
        (unsigned long long)(end.counts.sent - begin.counts.sent),
        (unsigned long long)(end.counts.acked - begin.counts.acked),
        (unsigned long long)(end.counts.delivered - begin.counts.delivered));
    printf("\"total_sent\": %llu, \"total_acked\": %llu, \"total_delivered\": %llu, ",
        (unsigned long long)run.counts.sent, (unsigned long long)run.counts.acked,
        (unsigned long long)run.counts.delivered);
    printf("\"lost\": %llu, \"late\": %llu, \"duplicated\": %llu, \"swapped\": %llu, ",
        (unsigned long long)run.verdict.lost, (unsigned long long)run.verdict.late,
        (unsigned long long)run.verdict.duplicated, (unsigned long long)run.verdict.swapped);
    printf("\"refused\": %llu, \"closed\": %llu, \"stalled\": %s, ",
        (unsigned long long)run.refused, (unsigned long long)run.closed,
        stalled ? "true" : "false");
    if (run.times.count)
        printf("\"p50_s\": %.9f, \"p99_s\": %.9f, \"p999_s\": %.9f, \"max_s\": %.9f, ",
            times_quantile(&run.times, 0.5), times_quantile(&run.times, 0.99),
            times_quantile(&run.times, 0.999), (double)run.times.max_ns / 1e9);
    double own = end.own_cpu_s - begin.own_cpu_s, servers = end.server_cpu_s - begin.server_cpu_s;
    double others = end.machine_cpu_s - begin.machine_cpu_s - own - servers;
    printf("\"cpu\": %.4f, \"others_cpu\": %.4f, ", own / elapsed_s,
        others > 0 ? others / elapsed_s : 0);
    printf("\"server_cpu_s\": %.4f, \"server_pss_bytes\": %llu}\n", servers,
        (unsigned long long)processes_pss_bytes(&server));
}

int main(int count, char **words)
{
    options_read(&run.options, count, words);
    signal(SIGTERM, end_measuring);
    set_up();
    processes_find(&server, run.options.sessions, run.options.session_count);
    run.phase = WARMING;
    int alive = go_on(run.options.warm_s);
    run.phase = MEASURING;
    fputs("measuring\n", stderr);
    begin = sample();
    alive = alive && go_on(run.options.measure_s);
    end = sample();
    run.phase = DRAINING;
    report(!alive, drain());
    return 0;
}
