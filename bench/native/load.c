/* The load client: thousands of residents' phones in one thread.

   load PLAN [plain]

   PLAN has a line for each client: token meeting ballot choice port. What they shall do comes on
   standard input, a line each (acts.c); a line of JSON answers each. Ends with its input. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "acts.h"
#include "seats.h"

static void raise_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int count, char **arguments)
{
    char line[1024];
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (count < 2)
        return 2;
    raise_files();
    seats_read(arguments[1], count > 2 && !strcmp(arguments[2], "plain"));
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        seats_serve(0.01);
        if (poll(&input, 1, 0) < 1)
            continue;
        if (!fgets(line, sizeof line, stdin))
            return 0;
        if (!act(line)) {
            printf("{\"did\":\"nothing\",\"line\":\"unknown\"}\n");
            fflush(stdout);
        }
    }
}
