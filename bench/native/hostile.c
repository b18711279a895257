/* Clients that mean no good, to see whether others notice.

   hostile MODE PORT COUNT RATE PLAN

   stall     COUNT residents join and never read again
   flood     COUNT residents repeat their vote, RATE frames a second in all
   giant     COUNT residents send a frame, or a row of fragments, without end: RATE kB a second
   halfopen  COUNT connections say nothing, or a part of a handshake

   Tokens, meetings and ballots come from the PLAN, as in load.c. Prints a line when all are there,
   and a line of JSON when standard input ends. Who is thrown out comes back after a second. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define PIECE 16384
#define SMALLEST_BUFFER 2304
#define TICK_SECONDS 0.01
#define BACK_AFTER 1.0
#define SOURCES 200

enum mode { STALL, FLOOD, GIANT, HALFOPEN };

struct guest {
    char token[80], meeting[40], ballot[40];
    int fd, has_begun;
    double away_since;
};

static const char *const MODES[] = {"stall", "flood", "giant", "halfopen"};
static struct guest *guests;
static int guest_count, port;
static enum mode mode;
static size_t thrown_out, frames_sent, bytes_sent;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void throw_out(struct guest *guest)
{
    close(guest->fd);
    guest->fd = -1;
    guest->has_begun = 0;
    guest->away_since = seconds();
    thrown_out++;
}

static void push(struct guest *guest, const void *data, size_t size)
{
    ssize_t sent = send(guest->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
        bytes_sent += (size_t)sent;
}

/* Connects, waiting for it; source addresses vary because ports run short. */
static int connected(const struct guest *guest)
{
    static uint32_t turn;
    uint32_t host = ((uint32_t)(guest - guests) + turn++) / 5000 % SOURCES;
    int small = SMALLEST_BUFFER, yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 2};
    struct sockaddr_in service = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(0x7F000101 + host)};
    if (mode == STALL)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    bind(fd, (struct sockaddr *)&source, sizeof source);
    if (!connect(fd, (struct sockaddr *)&service, sizeof service))
        return fd;
    close(fd);
    return -1;
}

static void join(struct guest *guest)
{
    char request[600], answer[2048], hello[200];
    unsigned char frame[300];
    guest->fd = connected(guest);
    if (guest->fd < 0) {
        guest->away_since = seconds();
        return;
    }
    size_t size = client_request(request, sizeof request, port, "/live", guest->token,
                                 "deliberation.v1");
    if (mode == HALFOPEN) {
        push(guest, request, (guest - guests) % 2 ? size / 2 : 0);
        return;
    }
    push(guest, request, size);
    if (recv(guest->fd, answer, sizeof answer, 0) <= 0) {
        throw_out(guest);
        return;
    }
    snprintf(hello, sizeof hello, "{\"type\":\"hello\",\"meeting\":\"%s\"}", guest->meeting);
    push(guest, frame, client_frame(frame, TEXT, hello, strlen(hello)));
}

/* A vote that stands already, again and again. */
static void flood(struct guest *guest)
{
    char vote[300];
    unsigned char frame[400];
    snprintf(vote, sizeof vote,
             "{\"type\":\"vote\",\"id\":\"flood-%012zu\",\"ballot\":\"%s\",\"choice\":\"for\"}",
             frames_sent++, guest->ballot);
    push(guest, frame, client_frame(frame, TEXT, vote, strlen(vote)));
}

/* Every other guest has one frame of 2^40 bytes, the others fragments that never end. */
static void pour(struct guest *guest)
{
    static unsigned char piece[PIECE + 16];
    int is_fragments = (guest - guests) % 2;
    unsigned char header[14] = {0x80 | TEXT, 0x80 | 127, 0, 0, 1}; /* its mask is nought */
    memset(piece, 'x', sizeof piece);
    if (!is_fragments) {
        if (!guest->has_begun)
            push(guest, header, sizeof header);
        push(guest, piece, PIECE);
    } else {
        unsigned char part[8] = {guest->has_begun ? CONTINUATION : TEXT, 0x80 | 126,
                                 1000 >> 8, 1000 & 255};
        memcpy(piece, part, sizeof part);
        push(guest, piece, 8 + 1000);
        frames_sent++;
    }
    guest->has_begun = 1;
}

/* Whether the service has hung up; what it said is thrown away. */
static int is_thrown_out(struct guest *guest)
{
    static char nothing[65536];
    short wanted = mode == STALL ? POLLRDHUP : POLLIN | POLLRDHUP;
    struct pollfd hung = {.fd = guest->fd, .events = wanted};
    if (poll(&hung, 1, 0) < 1)
        return 0;
    if (mode == STALL)
        return (hung.revents & (POLLERR | POLLHUP | POLLRDHUP)) != 0;
    return recv(guest->fd, nothing, sizeof nothing, MSG_DONTWAIT) == 0 ||
           (hung.revents & (POLLERR | POLLHUP)) != 0;
}

static void look_after_everybody(void)
{
    for (int i = 0; i < guest_count; i++) {
        if (guests[i].fd >= 0 && is_thrown_out(&guests[i]))
            throw_out(&guests[i]);
        if (guests[i].fd < 0 && seconds() > guests[i].away_since + BACK_AFTER)
            join(&guests[i]);
    }
}

static void act(double due)
{
    static double owed;
    static int turn;
    for (owed += due; owed >= 1; owed -= mode == GIANT ? PIECE / 1024.0 : 1) {
        struct guest *guest = &guests[turn++ % guest_count];
        if (guest->fd >= 0 && mode == FLOOD)
            flood(guest);
        else if (guest->fd >= 0 && mode == GIANT)
            pour(guest);
    }
}

static void read_plan(const char *path)
{
    FILE *plan = fopen(path, "r");
    if (!plan)
        perror(path), exit(2);
    guests = calloc((size_t)guest_count, sizeof *guests);
    for (int i = 0; i < guest_count; i++) {
        struct guest *guest = &guests[i];
        guest->fd = -1;
        if (fscanf(plan, "%79s %39s %39s %*s %*d", guest->token, guest->meeting,
                   guest->ballot) != 3)
            rewind(plan), i--;
    }
    fclose(plan);
}

int main(int count, char **arguments)
{
    struct rlimit files;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (count != 6)
        return 2;
    while (mode < HALFOPEN && strcmp(arguments[1], MODES[mode]))
        mode++;
    port = atoi(arguments[2]);
    guest_count = atoi(arguments[3]);
    double rate = atof(arguments[4]);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    read_plan(arguments[5]);
    for (int i = 0; i < guest_count; i++)
        join(&guests[i]);
    printf("ready\n");
    fflush(stdout);
    for (double looked = 0; poll(&input, 1, (int)(TICK_SECONDS * 1e3)) == 0;) {
        act(rate * TICK_SECONDS);
        if (seconds() < looked + 0.25)
            continue;
        looked = seconds();
        look_after_everybody();
    }
    printf("{\"thrown_out\":%zu,\"frames\":%zu,\"bytes\":%zu}\n", thrown_out, frames_sent,
           bytes_sent);
    return 0;
}
