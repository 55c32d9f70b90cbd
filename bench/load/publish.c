#include "publish.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "connection.h"
#include "payload.h"
#include "protocols.h"
#include "run.h"
#include "system.h"

static uint64_t due_count, began_ns;
static uint32_t turn;

void publishers_init(void)
{
    const struct options *options = &run.options;
    for (uint32_t i = 0; i < options->publishers; i++) {
        struct connection *connection = &run.publishers[i];
        const struct protocol *protocol = connection->protocol;
        char *line = connection->line = zeroed(options->payload + 256, 1);
        size_t at = connection->payload_at = protocol->before(line, options->payload);
        payload_fill(line + at, options->payload, run.mark, i);
        at += options->payload;
        memcpy(line + at, protocol->after, strlen(protocol->after));
        if (protocol->id)
            connection->id_at = at + strlen(protocol->id);
        connection->line_size = at + strlen(protocol->after);
        connection->out = zeroed(WRITE_BYTES, 1);
        if (options->by_acks)
            connection->said_ns = zeroed(options->window, sizeof *connection->said_ns);
    }
}

/* Add lines to what is about to be written; return how many there was room for. */
static uint32_t add_lines(struct connection *connection, uint32_t lines, uint64_t stamp_ns)
{
    uint32_t added = 0;
    for (; added < lines; added++) {
        if (connection->out_size + connection->line_size > WRITE_BYTES)
            break;
        char *line = connection->out + connection->out_size;
        memcpy(line, connection->line, connection->line_size);
        write_letters(line + connection->payload_at + 8, connection->sent);
        write_stamp(line + connection->payload_at, stamp_ns);
        if (connection->id_at)
            write_letters(line + connection->id_at, connection->sent);
        if (connection->said_ns)
            connection->said_ns[connection->sent % run.options.window] = stamp_ns;
        connection->out_size += (uint32_t)connection->line_size;
        connection->sent++;
        run.counts.sent++;
    }
    return added;
}

static void want_room(struct connection *connection, int wants)
{
    if (connection->wants_room == wants)
        return;
    struct epoll_event event = {
        .events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = connection};
    connection->wants_room = wants;
    epoll_ctl(run.epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void write_out(struct connection *connection)
{
    size_t left = connection->out_size - connection->out_done;
    ssize_t done = send(connection->fd, connection->out + connection->out_done, left, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN && errno != EINTR) {
        connection_close(connection);
        return;
    }
    if (done > 0)
        connection->out_done += (uint32_t)done;
    if (connection->out_done == connection->out_size)
        connection->out_done = connection->out_size = 0;
    want_room(connection, connection->out_size > 0);
}

/* How many lines a publisher may say now. One is under way until every
 * subscriber has it, or until it is acknowledged. */
static uint32_t allowed(const struct connection *connection)
{
    const struct options *options = &run.options;
    uint64_t under_way, least = 1;
    if (options->by_acks) {
        under_way = connection->sent - connection->acked;
    } else {
        uint64_t readers = options->subscribers;
        uint64_t wanted = connection->sent * readers;
        under_way = (wanted - run.delivered[connection->number] + readers - 1) / readers;
        /* Few large writes rather than many small ones: it is the servers that
         * are to be busy, not this program. */
        least = options->window / 8;
    }
    uint64_t free = under_way < options->window ? options->window - under_way : 0;
    return free >= least ? (uint32_t)free : 0;
}

static void publish_due(uint64_t at_ns)
{
    if (!began_ns)
        began_ns = at_ns;
    for (uint64_t due; (due = next_due_ns()) <= at_ns; due_count++) {
        struct connection *connection = &run.publishers[turn];
        turn = (turn + 1) % run.options.publishers;
        /* The stamp is when it was due: time lost here is the server's doing,
         * or is visible as this program's own. */
        if (connection->fd >= 0)
            add_lines(connection, 1, due);
    }
}

void publish(uint64_t at_ns)
{
    if (run.options.rate > 0 && run.phase != DRAINING)
        publish_due(at_ns);
    for (uint32_t i = 0; i < run.options.publishers; i++) {
        struct connection *connection = &run.publishers[i];
        if (connection->fd < 0)
            continue;
        if (run.options.rate <= 0 && !connection->out_size && run.phase != DRAINING)
            add_lines(connection, allowed(connection), now_ns());
        if (connection->out_size)
            write_out(connection);
    }
}

uint64_t next_due_ns(void)
{
    return began_ns + (uint64_t)((double)due_count * 1e9 / run.options.rate);
}

int publishing_is_behind(void)
{
    for (uint32_t i = 0; i < run.options.publishers; i++)
        if (run.publishers[i].fd >= 0 && run.publishers[i].out_size)
            return 1;
    return 0;
}
