#define _GNU_SOURCE
/* The least that a server of one room must do, and nothing else: one thread,
 * and one send for each line and subscriber.
 *
 * The first line of a connection is S (it subscribes) or P (it publishes), and
 * is answered with "ready". Each line of a publisher then goes to every
 * subscriber. Where a socket takes only a part of a line, the rest waits, and
 * no other line is taken until it has gone: so a line is all that can wait. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_BYTES = 8192, EVENTS = 256, BACKLOG = 4096, DESCRIPTORS = 20000 };

struct peer {
    int fd, role, slot; /* role 0: its first line is yet to come */
    int resting;        /* a publisher that is not read for now */
    size_t in_size, out_size;
    char in[LINE_BYTES], *out;
};

struct list {
    struct peer **peers;
    int count, room;
};

static int epoll, waiting; /* subscribers that have the rest of a line to get */
static struct list subscribers, publishers;

static void watch(struct peer *peer, unsigned events, int how)
{
    struct epoll_event event = {.events = events, .data.ptr = peer};
    epoll_ctl(epoll, how, peer->fd, &event);
}

static void add(struct list *list, struct peer *peer)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->peers = realloc(list->peers, (size_t)list->room * sizeof *list->peers);
        if (!list->peers)
            exit(1);
    }
    peer->slot = list->count;
    list->peers[list->count++] = peer;
}

static void leave(struct peer *peer)
{
    struct list *list = peer->role == 'S' ? &subscribers : &publishers;
    if (peer->role) {
        struct peer *last = list->peers[--list->count];
        list->peers[peer->slot] = last;
        last->slot = peer->slot;
    }
    waiting -= peer->out_size > 0;
    close(peer->fd);
    free(peer->out);
    /* Its own memory stays: an event of this turn may still point there. */
    *peer = (struct peer){.fd = -1};
}

static void keep(struct peer *peer, const char *data, size_t size)
{
    if (!peer->out && !(peer->out = malloc(LINE_BYTES)))
        exit(1);
    memcpy(peer->out, data, size);
    peer->out_size = size;
    waiting++;
    watch(peer, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void send_line(struct peer *peer, const char *data, size_t size)
{
    ssize_t done = send(peer->fd, data, size, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN)
        return; /* broken; reading it will tell */
    if (done < (ssize_t)size)
        keep(peer, data + (done > 0 ? done : 0), size - (size_t)(done > 0 ? done : 0));
}

static void send_rest(struct peer *peer)
{
    ssize_t done = send(peer->fd, peer->out, peer->out_size, MSG_NOSIGNAL);
    if (done < 0 && errno == EAGAIN)
        return;
    size_t gone = done < 0 ? peer->out_size : (size_t)done;
    peer->out_size -= gone;
    memmove(peer->out, peer->out + gone, peer->out_size);
    if (!peer->out_size) {
        waiting--;
        watch(peer, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void take_line(struct peer *peer, const char *line, size_t size)
{
    if (peer->role == 'P') {
        for (int i = 0; i < subscribers.count; i++)
            send_line(subscribers.peers[i], line, size);
    } else if (!peer->role) {
        peer->role = line[0] == 'S' ? 'S' : 'P';
        add(peer->role == 'S' ? &subscribers : &publishers, peer);
        send_line(peer, "ready\n", 6);
    }
}

/* Take the whole lines that are there, while nobody has a rest to get. */
static void take_lines(struct peer *peer)
{
    char *at = peer->in, *end = peer->in + peer->in_size, *feed;
    while (!waiting && (feed = memchr(at, '\n', (size_t)(end - at)))) {
        take_line(peer, at, (size_t)(feed + 1 - at));
        at = feed + 1;
    }
    peer->in_size = (size_t)(end - at);
    memmove(peer->in, at, peer->in_size);
}

static void read_peer(struct peer *peer)
{
    if (waiting && peer->role == 'P') {
        peer->resting = 1;
        watch(peer, 0, EPOLL_CTL_MOD);
        return;
    }
    ssize_t got = recv(peer->fd, peer->in + peer->in_size, LINE_BYTES - peer->in_size, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        leave(peer);
        return;
    }
    peer->in_size += (size_t)got;
    take_lines(peer);
    /* The bound of what waits is one line, so of what comes as well. */
    if (peer->in_size == LINE_BYTES && !waiting)
        leave(peer);
}

static void go_on(void)
{
    for (int i = 0; i < publishers.count && !waiting; i++) {
        struct peer *peer = publishers.peers[i];
        take_lines(peer);
        if (!waiting && peer->resting) {
            peer->resting = 0;
            watch(peer, EPOLLIN, EPOLL_CTL_MOD);
        }
    }
}

static void accept_all(int listener)
{
    for (int fd, one = 1; (fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
        struct peer *peer = calloc(1, sizeof *peer);
        if (!peer)
            exit(1);
        peer->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(peer, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct epoll_event event = {.events = EPOLLIN};
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, BACKLOG)
        || getsockname(listener, (struct sockaddr *)&address, &size)
        || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event)) {
        perror("sendloop");
        exit(1);
    }
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(void)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    struct epoll_event events[EVENTS];
    setrlimit(RLIMIT_NOFILE, &limit);
    epoll = epoll_create1(0);
    int listener = listen_somewhere();
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct peer *peer = events[i].data.ptr;
            if (!peer)
                accept_all(listener);
            else if (peer->fd >= 0 && peer->out_size && events[i].events & EPOLLOUT)
                send_rest(peer);
            else if (peer->fd >= 0)
                read_peer(peer);
        }
        go_on();
    }
}
