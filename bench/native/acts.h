/* What the clients can be told to do; each act prints one line of JSON when it is done. */
#ifndef ACTS_H
#define ACTS_H

/* Do one line such as "vote 0 1000 10 1 0"; 0 when it is none of ours. */
int act(const char *line);

#endif
