#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

double own_cpu(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec + used.tv_nsec / 1e9;
}

void sample_add(struct sample *sample, double value)
{
    if (sample->count == sample->room) {
        sample->room = sample->room ? sample->room * 2 : 4096;
        sample->values = realloc(sample->values, sample->room * sizeof *sample->values);
        if (!sample->values)
            abort();
    }
    sample->values[sample->count++] = value;
}

void sample_clear(struct sample *sample)
{
    sample->count = 0;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double at_share(const struct sample *sample, double share)
{
    size_t place = (size_t)(share * (double)sample->count);
    return sample->count ? sample->values[place < sample->count ? place : sample->count - 1] : 0;
}

void sample_print(struct sample *sample, const char *name, double factor)
{
    qsort(sample->values, sample->count, sizeof *sample->values, ascending);
    printf("\"%s\":{\"count\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, sample->count,
           at_share(sample, 0.5) * factor, at_share(sample, 0.99) * factor,
           at_share(sample, 1) * factor);
}
