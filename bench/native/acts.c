#include "acts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heard.h"
#include "seats.h"

#define PATIENCE 60.0 /* seconds that answers are waited for after the last vote */
#define BATCH 128     /* votes that are sent before what came is read */

struct due {
    double at;
    struct seat *seat;
};

enum pace { AT_RANDOM, AGAIN, EVENLY };

static double began, cpu_before;

static void begin(void)
{
    tally_clear();
    began = seconds();
    cpu_before = own_cpu();
}

static double since_began(double at)
{
    return at > 0 ? at - began : 0;
}

/* The oldest and the newest state that somebody who is connected has. */
static void report_seqs(void)
{
    long least = 0, most = 0;
    for (int i = 0; i < seat_count; i++)
        if (seats[i].state == JOINED) {
            least = !least || seats[i].seq < least ? seats[i].seq : least;
            most = seats[i].seq > most ? seats[i].seq : most;
        }
    printf("\"least_seq\":%ld,\"most_seq\":%ld,", least, most);
}

static void report(const char *did)
{
    double length = seconds() - began, vote = tally.last_answered - tally.first_sent;
    printf("{\"did\":\"%s\",\"seconds\":%.4f,\"cpu_seconds\":%.4f,\"at_tables\":%d,", did, length,
           own_cpu() - cpu_before, seats_in(JOINED));
    report_seqs();
    printf("\"joined\":%zu,\"failed\":%zu,\"closed\":%zu,\"close_code\":%d,", tally.joined,
           tally.failed, tally.closed, tally.close_code);
    printf("\"sent\":%zu,\"answered\":%zu,\"refused\":%zu,\"refusal\":\"%s\",", tally.sent,
           tally.answered, tally.refused, tally.refusal);
    printf("\"unasked\":%zu,\"waiting\":%zu,\"vote_seconds\":%.4f,", tally.unasked, tally.waiting,
           tally.answered ? vote : 0);
    printf("\"first_open\":%.4f,\"last_joined\":%.4f,", since_began(tally.first_open),
           since_began(tally.last_joined));
    sample_print(&tally.acks, "acks_ms", 1e3);
    printf(",");
    sample_print(&tally.joins, "joins_ms", 1e3);
    printf(",");
    heard_print(room_count, tally.answered ? vote : length);
    printf("}\n");
    fflush(stdout);
}

/* Dial those who are away and may, as long as fewer than `window` are on their way in. */
static int dial_some(int first, int end, int window)
{
    double now = seconds();
    int away = 0;
    for (int i = first; i < end; i++) {
        if (seats[i].state != AWAY)
            continue;
        away++;
        if (seats_in(DIALLING) + seats_in(GREETING) + seats_in(ASKING) >= window)
            return away;
        if (seats[i].next_dial <= now)
            seat_dial(&seats[i]);
    }
    return away;
}

/* open FIRST COUNT WINDOW SECONDS: connect and join; who fails tries again until the time is up. */
static void act_open(int first, int count, int window, double patience)
{
    begin();
    while (seconds() < began + patience) {
        int away = dial_some(first, first + count, window);
        if (!away && !(seats_in(DIALLING) + seats_in(GREETING) + seats_in(ASKING)))
            break;
        seats_serve(0.01);
    }
    report("open");
}

/* listen SECONDS */
static void act_listen(double length)
{
    begin();
    while (seconds() < began + length)
        seats_serve(began + length - seconds());
    report("listen");
}

/* drop FIRST COUNT: hang up, all at once. */
static void act_drop(int first, int count)
{
    begin();
    for (int i = first; i < first + count; i++)
        if (seats[i].state != AWAY)
            seat_drop(&seats[i]);
    report("drop");
}

/* gone SECONDS: until the service has hung up on everybody. */
static void act_gone(double patience)
{
    begin();
    while (seats_in(AWAY) < seat_count && seconds() < began + patience)
        seats_serve(0.01);
    report("gone");
}

static int by_time(const void *left, const void *right)
{
    double a = ((const struct due *)left)->at, b = ((const struct due *)right)->at;
    return (a > b) - (a < b);
}

static struct due *schedule(int first, int count, double length, enum pace pace, int *planned)
{
    struct due *dues = malloc((size_t)(count ? count : 1) * sizeof *dues);
    *planned = 0;
    for (int i = first; i < first + count; i++) {
        double share = pace == EVENLY ? (double)(i - first) / count : (double)random() / RAND_MAX;
        if (pace != AGAIN || !seats[i].receipt[0])
            dues[(*planned)++] = (struct due){began + length * share, &seats[i]};
    }
    if (length > 0)
        qsort(dues, (size_t)*planned, sizeof *dues, by_time);
    return dues;
}

/* vote FIRST COUNT SECONDS LINGER PACE: spread over the seconds, 0 for a burst; then listen on for
   LINGER. PACE 0: at random; 1: at random, only who was never answered, by the same command;
   2: evenly. */
static void act_vote(int first, int count, double length, double linger, enum pace pace)
{
    int planned, next = 0;
    begin();
    struct due *dues = schedule(first, count, length, pace, &planned);
    double rest = began + length + linger;
    while (seconds() < rest + PATIENCE) {
        double now = seconds();
        for (int n = 0; n < BATCH && next < planned && dues[next].at <= now; n++, next++)
            if (dues[next].seat->state == JOINED)
                seat_vote(dues[next].seat, pace == AGAIN && dues[next].seat->votes);
        int is_over = next == planned && !tally.waiting;
        if ((is_over && now >= rest) || seats_in(AWAY) == seat_count)
            break;
        double until = next < planned ? dues[next].at : is_over ? rest : now + 0.05;
        seats_serve(until - now);
    }
    free(dues);
    report("vote");
}

static struct seat *anyone(void)
{
    for (int tries = 0; tries < 20; tries++) {
        struct seat *seat = &seats[random() % seat_count];
        if (seat->state == JOINED && !(seat->voted_at > 0))
            return seat;
    }
    return NULL;
}

/* soak SECONDS VOTES MOVES: so many votes a second by anyone (new, repeated and changed), and so
   many who leave and come back in the next second or two. */
static void act_soak(double length, double votes, double moves)
{
    double next_vote, next_move, next_look;
    begin();
    next_vote = next_move = next_look = began;
    while (seconds() < began + length || tally.waiting) {
        double now = seconds();
        struct seat *seat;
        if (now > began + length + PATIENCE)
            break;
        for (; next_vote <= now && now < began + length; next_vote += 1 / votes)
            if ((seat = anyone()))
                seat_vote(seat, 0);
        for (; moves > 0 && next_move <= now; next_move += 1 / moves)
            if ((seat = anyone())) {
                seat_drop(seat);
                seat->next_dial = now + 1 + (double)random() / RAND_MAX;
            }
        for (; next_look <= now; next_look += 0.05)
            dial_some(0, seat_count, seat_count);
        seats_serve(0.002);
    }
    report("soak");
}

/* dump FILE: a line for each seat: answers, receipt, effect; "-" for what there is none of. */
static void act_dump(const char *path)
{
    FILE *file = fopen(path, "w");
    begin();
    for (int i = 0; file && i < seat_count; i++)
        fprintf(file, "%d %s %s\n", seats[i].answers, *seats[i].receipt ? seats[i].receipt : "-",
                *seats[i].effect ? seats[i].effect : "-");
    if (file)
        fclose(file);
    report("dump");
}

int act(const char *line)
{
    int first, count, n;
    double length, more, third;
    char path[512];
    if (sscanf(line, "open %d %d %d %lf", &first, &count, &n, &length) == 4)
        act_open(first, count, n, length);
    else if (sscanf(line, "vote %d %d %lf %lf %d", &first, &count, &length, &more, &n) == 5)
        act_vote(first, count, length, more, (enum pace)n);
    else if (sscanf(line, "listen %lf", &length) == 1)
        act_listen(length);
    else if (sscanf(line, "drop %d %d", &first, &count) == 2)
        act_drop(first, count);
    else if (sscanf(line, "gone %lf", &length) == 1)
        act_gone(length);
    else if (sscanf(line, "soak %lf %lf %lf", &length, &more, &third) == 3)
        act_soak(length, more, third);
    else if (sscanf(line, "dump %511s", path) == 1)
        act_dump(path);
    else
        return 0;
    return 1;
}
