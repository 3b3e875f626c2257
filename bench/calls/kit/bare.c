// What the machine itself takes for the sound of calls: packets of 20 ms from as many sockets as there are calls, each sent with one call to the
// system as a server must, and nothing else done. It stands beside the server's figure, because that call is most of it and costs one machine
// twice what it costs another.
//
//   cc -O2 -o bare bare.c
//   bare IP PORT SECONDS CALLS
//
// Output: cores=C, user and system time over the time gone by.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { SLOTS = 10, SLOT = 2000000, PACKET = 172, MOST = 10000 };

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static double used(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  static int fd[MOST];
  static uint8_t packet[PACKET] = {0x80};
  if (argc != 5) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  if (!inet_aton(argv[1], &to.sin_addr)) return 2;
  int64_t length = atof(argv[3]) * 1e9;
  int calls = atoi(argv[4]);
  if (calls > MOST) return 2;
  for (int i = 0; i < calls; i++)
    if ((fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) < 0) return perror("socket"), 1;
  prctl(PR_SET_TIMERSLACK, 1);
  double before = used();
  int64_t begin = now();
  for (int64_t due = begin, slot = 0; due < begin + length; due += SLOT, slot++) {
    struct timespec t = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    for (int i = slot % SLOTS; i < calls; i += SLOTS) sendto(fd[i], packet, PACKET, 0, (struct sockaddr *)&to, sizeof to);
  }
  printf("cores=%.3f\n", (used() - before) / ((now() - begin) / 1e9));
  return 0;
}
