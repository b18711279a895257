#include "seats.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heard.h"
#include "wire.h"

#define SOURCES 250
#define RETRY_SECONDS 0.5

struct seat *seats;
int seat_count, room_count, seats_are_plain;
struct tally tally;

static int poller, in_state[JOINED + 1];

void seat_enter(struct seat *seat, enum state state)
{
    in_state[seat->state]--;
    in_state[seat->state = state]++;
}

int seats_in(enum state state)
{
    return in_state[state];
}

static int room_of(const char *meeting)
{
    static char *rooms[MOST_ROOMS];
    for (int room = 0; room < room_count; room++)
        if (!strcmp(rooms[room], meeting))
            return room;
    if (room_count == MOST_ROOMS)
        abort();
    rooms[room_count] = strdup(meeting);
    return room_count++;
}

void seats_read(const char *plan, int is_plain)
{
    FILE *file = fopen(plan, "r");
    int room = 0;
    struct seat seat = {.fd = -1};
    if (!file)
        perror(plan), exit(2);
    while (fscanf(file, "%ms %ms %ms %ms %d", &seat.token, &seat.meeting, &seat.ballot,
                  &seat.choice, &seat.port) == 5) {
        if (seat_count == room)
            seats = realloc(seats, (size_t)(room = room ? room * 2 : 1024) * sizeof *seats);
        seat.room = room_of(seat.meeting);
        seats[seat_count++] = seat;
    }
    fclose(file);
    seats_are_plain = is_plain;
    in_state[AWAY] = seat_count;
    poller = epoll_create1(0);
}

int seats_wait(struct epoll_event *events, int most, double wait)
{
    return epoll_wait(poller, events, most, wait > 0 ? (int)(wait * 1e3 + 0.999) : 0);
}

void tally_clear(void)
{
    struct sample acks = tally.acks, joins = tally.joins;
    size_t waiting = tally.waiting;
    memset(&tally, 0, sizeof tally);
    tally.acks = acks, tally.joins = joins, tally.waiting = waiting;
    sample_clear(&tally.acks);
    sample_clear(&tally.joins);
    heard_clear();
}

void seat_drop(struct seat *seat)
{
    if (seat->fd >= 0)
        close(seat->fd);
    seat->fd = -1;
    seat->rest_size = 0;
    if (seat->voted_at > 0)
        tally.waiting--;
    seat->voted_at = 0;
    seat_enter(seat, AWAY);
}

void seat_lost(struct seat *seat)
{
    if (seat->state == JOINED)
        tally.closed++;
    else
        tally.failed++;
    seat->next_dial = seconds() + RETRY_SECONDS * (0.5 + (double)random() / RAND_MAX);
    seat_drop(seat);
}

static void seat_send(struct seat *seat, const void *data, size_t size)
{
    if (send(seat->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        seat_lost(seat);
}

void seat_say(struct seat *seat, int opcode, const void *text, size_t length)
{
    unsigned char frame[2048];
    if (length <= sizeof frame - 14)
        seat_send(seat, frame, client_frame(frame, opcode, text, length));
}

/* Each source address has some 28,000 ports, and a port that was used rests for a minute. */
static void bind_source(struct seat *seat)
{
    int yes = 1;
    uint32_t host = (uint32_t)(seat - seats) / 10000 + (uint32_t)seat->dials * 3;
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(0x7F000002 + host % SOURCES)};
    setsockopt(seat->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    bind(seat->fd, (struct sockaddr *)&source, sizeof source);
    setsockopt(seat->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void seat_dial(struct seat *seat)
{
    struct sockaddr_in service = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)seat->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event wanted = {.events = EPOLLOUT, .data.ptr = seat};
    seat->dialled_at = seconds();
    seat_enter(seat, DIALLING);
    seat->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bind_source(seat);
    seat->dials++;
    epoll_ctl(poller, EPOLL_CTL_ADD, seat->fd, &wanted);
    if (connect(seat->fd, (struct sockaddr *)&service, sizeof service) && errno != EINPROGRESS)
        seat_lost(seat);
}

void seat_connected(struct seat *seat)
{
    char request[512];
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = seat};
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(seat->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        seat_lost(seat);
        return;
    }
    epoll_ctl(poller, EPOLL_CTL_MOD, seat->fd, &wanted);
    seat_enter(seat, GREETING);
    size = (socklen_t)client_request(request, sizeof request, seat->port, "/live",
                                     seats_are_plain ? "" : seat->token,
                                     seats_are_plain ? "" : "deliberation.v1");
    seat_send(seat, request, size);
}

void seat_vote(struct seat *seat, int again)
{
    static const char *const choices[] = {"for", "against"};
    char vote[256];
    seat->votes += !again;
    int turned = seat->votes / 2 % 2, own = !strcmp(seat->choice, choices[1]);
    int length = snprintf(vote, sizeof vote,
                          "{\"type\":\"vote\",\"id\":\"vote-%06d-%06d\",\"ballot\":\"%s\","
                          "\"choice\":\"%s\"}",
                          (int)(seat - seats), seat->votes, seat->ballot, choices[own ^ turned]);
    if (seat->voted_at > 0)
        return;
    seat->voted_at = seconds();
    tally.waiting++;
    tally.sent++;
    if (!tally.first_sent)
        tally.first_sent = seat->voted_at;
    seat_say(seat, TEXT, vote, (size_t)length);
}
