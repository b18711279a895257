/* Seats: one line of the plan each, that is one person's device at one meeting, and its socket. */
#ifndef SEATS_H
#define SEATS_H

#include <stddef.h>
#include <stdint.h>

#include "sample.h"

struct epoll_event;

enum state { AWAY, DIALLING, GREETING, ASKING, JOINED };

struct seat {
    char *token, *meeting, *ballot, *choice;
    int port, room;
    int fd;
    enum state state;
    int dials;          /* how often it has dialled; names its source address */
    double dialled_at;  /* of the present connection */
    double next_dial;   /* not before, after a failure */
    long seq;           /* last durable frame seen */
    double voted_at;    /* when the vote was sent that waits for its answer; 0: none waits */
    int votes;          /* commands made so far; the last one's id ends with it */
    int answers;        /* of votes, all in all */
    char receipt[24];   /* of the last answer; a seat that has none was never answered */
    char effect[12];
    char *rest;         /* of a frame that has not come whole */
    size_t rest_size;
};

/* What happened to the seats since the last command. */
struct tally {
    size_t joined, failed, closed, sent, answered, refused, unasked, waiting;
    int close_code;         /* of the last close frame */
    char refusal[48];       /* the code of the last refusal */
    double first_sent, last_answered, first_open, last_joined;
    struct sample acks, joins;
};

extern struct seat *seats;
extern int seat_count, room_count, seats_are_plain;
extern struct tally tally;

/* Read the plan; `is_plain` clients say no hello and are joined with the handshake. */
void seats_read(const char *plan, int is_plain);

/* Start to connect. */
void seat_dial(struct seat *seat);

/* Hang up at once, without a word. */
void seat_drop(struct seat *seat);

/* Cast (`again` = 0) or send the same command again. */
void seat_vote(struct seat *seat, int again);

/* Send one frame. */
void seat_say(struct seat *seat, int opcode, const void *text, size_t length);

/* The connection stands: greet. */
void seat_connected(struct seat *seat);

/* The connection is gone, and that is counted. */
void seat_lost(struct seat *seat);

void seat_enter(struct seat *seat, enum state state);

/* epoll_wait over all seats, in seconds. */
int seats_wait(struct epoll_event *events, int most, double wait);

/* Wait up to so many seconds, and deal with what came. */
void seats_serve(double wait);

/* In how many seats this state is. */
int seats_in(enum state state);

void tally_clear(void);

#endif
