#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "payload.h"
#include "protocols.h"
#include "run.h"
#include "system.h"
#include "websocket.h"

/* Shared by all: what is left of a connection's last line is put before what
 * comes now, so that every line lies in one piece. One byte between them is
 * for the line end that a frame's end may stand for. */
static char buffer[LEFT_BYTES + 1 + READ_BYTES];

void connection_open(struct connection *connection, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (fd < 0 || inet_pton(AF_INET, run.options.host, &address.sin_addr) != 1
        || connect(fd, (struct sockaddr *)&address, sizeof address))
        give_up("cannot connect to %s:%d: %s", run.options.host, port, strerror(errno));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, fd, &event))
        give_up("epoll: %s", strerror(errno));
    connection->fd = fd;
    if (connection->protocol->path)
        websocket_ask(connection, port);
    else
        connection->protocol->greet(connection);
}

void connection_close(struct connection *connection)
{
    if (connection->fd < 0)
        return;
    close(connection->fd);
    connection->fd = -1;
    run.closed++;
    if (run.phase == SETTING_UP)
        give_up("the server closed a connection before it had joined");
}

void connection_send(struct connection *connection, const char *data, size_t size)
{
    if (connection->fd < 0)
        return;
    if (connection->protocol->path)
        websocket_send(connection, connection->protocol->opcode, data, size);
    else if (send(connection->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        connection_close(connection);
}

void connection_say(struct connection *connection, const char *text)
{
    size_t size = strlen(text);
    connection_send(connection, text, connection->protocol->whole_lines ? size - 1 : size);
}

void connection_is_ready(struct connection *connection)
{
    if (!connection->ready) {
        connection->ready = 1;
        run.ready++;
    }
}

void connection_arrived(struct connection *connection, const char *payload)
{
    uint32_t publisher = read_publisher(payload);
    if (connection->publishes || publisher >= run.options.publishers
        || !seen_take(&connection->seen, publisher, read_number(payload), &run.verdict))
        return;
    run.delivered[publisher]++;
    run.counts.delivered++;
    if (run.options.latency && run.phase == MEASURING && !run.options.by_acks)
        times_add(&run.times, run.at_ns - read_stamp(payload));
}

void connection_acked(struct connection *connection, uint32_t number)
{
    if (number != connection->acked)
        run.verdict.swapped++;
    if (connection->said_ns && run.phase == MEASURING && connection->acked < connection->sent) {
        uint32_t slot = connection->acked % run.options.window;
        times_add(&run.times, run.at_ns - connection->said_ns[slot]);
    }
    connection->acked++;
    run.counts.acked++;
}

static void keep(struct connection *connection, const char *left, size_t size)
{
    if (size > LEFT_BYTES)
        give_up("a line of more than %d bytes", LEFT_BYTES);
    if (size > connection->left_room) {
        connection->left_room = (uint32_t)(size < 512 ? 512 : 2 * size);
        connection->left = resized(connection->left, connection->left_room, 1);
    }
    if (size)
        memcpy(connection->left, left, size);
    connection->left_size = (uint32_t)size;
}

/* Take the answer to the upgrade, and go on with what stands behind it. */
static char *upgrade(struct connection *connection, char *begin, char *end)
{
    size_t answer = websocket_answer(begin, (size_t)(end - begin));
    if (!answer) {
        keep(connection, begin, (size_t)(end - begin));
        return 0;
    }
    connection->frame.upgraded = 1;
    connection->left_size = 0;
    connection->protocol->greet(connection);
    return begin + answer;
}

void connection_read(struct connection *connection)
{
    char *fresh = buffer + LEFT_BYTES + 1;
    if (connection->fd < 0)
        return;
    ssize_t got = recv(connection->fd, fresh, READ_BYTES, 0);
    if (got <= 0) {
        if (!got || (errno != EAGAIN && errno != EINTR))
            connection_close(connection);
        return;
    }
    run.at_ns = now_ns();
    run.received_bytes += (uint64_t)got;
    char *end = fresh + got, *out = fresh;
    if (connection->protocol->path) {
        if (!connection->frame.upgraded) {
            char *begin = fresh - connection->left_size;
            if (connection->left_size)
                memcpy(begin, connection->left, connection->left_size);
            if (!(fresh = upgrade(connection, begin, end)))
                return;
        }
        out = fresh - 1;
        end = out + websocket_unwrap(connection, out, fresh, (size_t)(end - fresh));
    }
    char *begin = out - connection->left_size;
    if (connection->left_size)
        memcpy(begin, connection->left, connection->left_size);
    size_t size = (size_t)(end - begin);
    size_t used = connection->protocol->scan(connection, begin, size);
    keep(connection, begin + used, size - used);
    run.progress_ns = run.at_ns;
}
