/* The floor of a fan-out: an epoll server in C with one send() for each client.

   floor PORT SIZE

   Every vote is answered and told to everybody in a frame of SIZE bytes. It stores nothing. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define MOST 65536
#define EVENTS 1024

static int poller, members[MOST], member_count, place_of[MOST];
static char is_greeted[MOST];
static unsigned char tale[MOST];
static size_t tale_size;

static void watch(int fd)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
}

static void leave(int fd)
{
    if (is_greeted[fd]) {
        int last = members[--member_count];
        members[place_of[fd]] = last;
        place_of[last] = place_of[fd];
    }
    is_greeted[fd] = 0;
    close(fd);
}

static void say(int fd, const char *text)
{
    unsigned char frame[1024];
    size_t length = strlen(text), header = server_header(frame, TEXT, length);
    memcpy(frame + header, text, length);
    send(fd, frame, header + length, MSG_NOSIGNAL);
}

/* `{"type":"turnout","n":…,"pad":"…"}` of the wanted size, with its header. */
static void compose(size_t size)
{
    static int n;
    char start[80];
    size_t used = (size_t)snprintf(start, sizeof start,
                                   "{\"type\":\"turnout\",\"n\":%d,\"pad\":\"", ++n);
    size_t header = server_header(tale, TEXT, size);
    memset(tale + header, 'x', size);
    memcpy(tale + header, start, used);
    memcpy(tale + header + size - 2, "\"}", 2);
    tale_size = header + size;
}

static void tell_everybody(void)
{
    for (int i = 0; i < member_count; i++)
        send(members[i], tale, tale_size, MSG_NOSIGNAL);
}

static void answer(int fd, const char *text, size_t length, size_t size)
{
    char said[200];
    const char *id = memmem(text, length, "\"id\":\"", 6);
    if (!memmem(text, length, "\"vote\"", 6)) {
        say(fd, "{\"type\":\"mine\"}");
        return;
    }
    snprintf(said, sizeof said, "{\"type\":\"answer\",\"id\":\"%.18s\"}", id ? id + 6 : "");
    say(fd, said);
    compose(size);
    tell_everybody();
}

static void greet(int fd, char *request)
{
    char reply[400];
    size_t size = server_answer(reply, sizeof reply, request);
    send(fd, reply, size, MSG_NOSIGNAL);
    is_greeted[fd] = 1;
    place_of[fd] = member_count;
    members[member_count++] = fd;
}

static void hear(int fd, size_t size)
{
    static unsigned char buffer[MOST];
    ssize_t got = recv(fd, buffer, sizeof buffer - 1, 0);
    struct frame frame;
    if (got <= 0) {
        leave(fd);
        return;
    }
    buffer[got] = 0;
    if (!is_greeted[fd]) {
        greet(fd, (char *)buffer);
        return;
    }
    for (size_t at = 0; frame_in(buffer + at, (size_t)got - at, &frame); at += frame.size) {
        unmask(&frame);
        if (frame.opcode == TEXT)
            answer(fd, (char *)frame.payload, frame.length, size);
    }
}

static int listening(int port)
{
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 4096))
        perror("floor"), exit(1);
    return fd;
}

static void admit(int door)
{
    int yes = 1, fd;
    while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(fd);
    }
}

int main(int count, char **arguments)
{
    struct epoll_event events[EVENTS];
    struct rlimit files;
    if (count != 3)
        return 2;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(0);
    int door = listening(atoi(arguments[1]));
    size_t size = (size_t)atoi(arguments[2]);
    watch(door);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == door)
                admit(door);
            else
                hear(events[i].data.fd, size);
    }
}
