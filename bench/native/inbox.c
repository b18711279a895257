/* What comes to the seats. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "heard.h"
#include "seats.h"
#include "wire.h"

#define BUFFER (1 << 20)
#define EVENTS 1024

static unsigned char buffer[BUFFER + 1];

static void seat_joined(struct seat *seat, double now)
{
    seat_enter(seat, JOINED);
    tally.joined++;
    tally.last_joined = now;
    sample_add(&tally.joins, now - seat->dialled_at);
}

/* The service's answer to the handshake; returns the bytes it took. */
static size_t seat_greeted(struct seat *seat, unsigned char *data, size_t size, double now)
{
    char hello[256];
    unsigned char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (memcmp(data, "HTTP/1.1 101", 12)) {
        seat_lost(seat);
        return size;
    }
    if (!tally.first_open)
        tally.first_open = now;
    if (seats_are_plain) {
        seat_joined(seat, now);
    } else {
        seat_enter(seat, ASKING);
        int length = snprintf(hello, sizeof hello,
                              "{\"type\":\"hello\",\"meeting\":\"%s\",\"since\":%ld}",
                              seat->meeting, seat->seq);
        seat_say(seat, TEXT, hello, (size_t)length);
    }
    return (size_t)(end + 4 - data);
}

static void copy_field(char *out, size_t room, const char *text, size_t length, const char *name)
{
    const char *at = memmem(text, length, name, strlen(name));
    const char *end = at ? memchr(at + strlen(name), '"', (size_t)(text + length - at) -
                                                              strlen(name))
                         : NULL;
    if (end)
        snprintf(out, room, "%.*s", (int)(end - at - (long)strlen(name)), at + strlen(name));
}

static void seat_answered(struct seat *seat, enum type type, const char *text, size_t length,
                          double now)
{
    if (!(seat->voted_at > 0)) {
        tally.unasked++;
        return;
    }
    if (type == ANSWER) {
        tally.answered++;
        tally.last_answered = now;
        sample_add(&tally.acks, now - seat->voted_at);
        seat->answers++;
        copy_field(seat->receipt, sizeof seat->receipt, text, length, "\"receipt\":\"");
        copy_field(seat->effect, sizeof seat->effect, text, length, "\"effect\":\"");
    } else {
        tally.refused++;
        copy_field(tally.refusal, sizeof tally.refusal, text, length, "\"code\":\"");
    }
    seat->voted_at = 0;
    tally.waiting--;
}

static void seat_told(struct seat *seat, const char *text, size_t length, double now)
{
    enum type type = type_of(text, length);
    heard(type, seat->room, text, length, now);
    if (type == NEWS || type == SNAPSHOT) {
        const char *seq = memmem(text, length, "\"seq\":", 6);
        if (seq)
            seat->seq = atol(seq + 6);
    } else if (type == MINE && seat->state == ASKING) {
        seat_joined(seat, now);
    } else if (type == ANSWER || (type == REFUSED && seat->state == JOINED)) {
        seat_answered(seat, type, text, length, now);
    }
}

static void seat_framed(struct seat *seat, struct frame *frame, double now)
{
    if (frame->opcode == TEXT)
        seat_told(seat, (char *)frame->payload, frame->length, now);
    else if (frame->opcode == PING)
        seat_say(seat, PONG, frame->payload, frame->length);
    else if (frame->opcode == CLOSE) {
        if (frame->length >= 2)
            tally.close_code = frame->payload[0] << 8 | frame->payload[1];
        seat_lost(seat);
    }
}

static void seat_keep(struct seat *seat, const unsigned char *data, size_t size)
{
    if (size) {
        seat->rest = realloc(seat->rest, size);
        memcpy(seat->rest, data, size);
    }
    seat->rest_size = size;
}

static void seat_read(struct seat *seat)
{
    size_t had = seat->rest_size, at = 0;
    struct frame frame;
    if (had)
        memcpy(buffer, seat->rest, had);
    ssize_t got = recv(seat->fd, buffer + had, BUFFER - had, 0);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            seat_lost(seat);
        return;
    }
    size_t size = had + (size_t)got;
    double now = seconds();
    buffer[size] = 0;
    if (seat->state == GREETING)
        at = seat_greeted(seat, buffer, size, now);
    while (seat->state > GREETING && frame_in(buffer + at, size - at, &frame)) {
        at += frame.size;
        seat_framed(seat, &frame, now);
    }
    if (seat->state != AWAY)
        seat_keep(seat, buffer + at, size - at);
}

void seats_serve(double wait)
{
    struct epoll_event events[EVENTS];
    int count = seats_wait(events, EVENTS, wait);
    for (int i = 0; i < count; i++) {
        struct seat *seat = events[i].data.ptr;
        if (seat->state == DIALLING)
            seat_connected(seat);
        else if (seat->state != AWAY)
            seat_read(seat);
    }
}
