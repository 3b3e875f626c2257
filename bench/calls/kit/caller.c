// The callers' sound, for all calls at once: one socket takes what the server sends and tells how even it comes; if wished, it
// also talks to every call it hears, and presses keys.
//
//   cc -O2 -o caller caller.c
//   caller IP PORT SECONDS [SPEECH.ulaw|- [keys | END EVERY NUMBER]]
//
// With "-" it says nothing, as without; but it looks once a millisecond for what has come, where otherwise the system wakes it for each packet: work
// that a network card does not make, that the system counts as the sender's, and that differs most from machine to machine.
//
// A call is known by the port that it sends from. SPEECH is G.711 µ-law, said to every call from a place of its own. With
// "keys", every call is given a key as telephone events (RFC 4733) every two to four seconds, and the time is taken from
// the key's first packet to the first packet of the prompt that follows. The two prompts are told apart by their pitch: one
// changes its sign a few times in 20 ms, the other often. Times of arrival are the kernel's.
//
// With three numbers, SPEECH has so many keys in it as tones; the first ends at sample END, and each EVERY samples after
// the one before. "tones" is then how many were said to their end: where the machine is too busy for us, it is fewer than
// the time would have had.
//
// Output, one line: name=value pairs. It computes in a process of its own, so that nothing of it counts as the server's.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 128, FRAME = 160, SLOTS = 20, BINS = 100001, PORTS = 65536 };

// call is one stream, by the server's port.
struct call {
  uint32_t heard, stamp, at, keyStamp;
  uint64_t last, pressed, next; // ns: last packet, key not answered yet, next key
  uint16_t seqIn, seq;
  uint8_t slot, low, keyStep;
};
static struct call calls[PORTS];
static uint16_t slots[SLOTS][PORTS];
static int inSlot[SLOTS], known;
static uint32_t gaps[BINS], waits[BINS]; // tens of µs
static uint64_t packets, lost, gapCount, keys, answered, sent, tones;
static long toneEnd, toneEvery, toneNumber;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void count(uint32_t *bins, uint64_t ns) {
  uint64_t b = ns / 10000;
  bins[b < BINS ? b : BINS - 1]++;
}

static double quantile(const uint32_t *bins, uint64_t n, double q) {
  uint64_t sum = 0;
  for (int i = 0; i < BINS; i++)
    if ((sum += bins[i]) && sum >= q * n) return i / 100.0;
  return 0;
}

// low tells a deep prompt from a high one.
static int low(const uint8_t *b) {
  int changes = 0;
  for (int i = 1; i < FRAME; i++) changes += (b[i] ^ b[i - 1]) >> 7;
  return changes < 40;
}

static void heard(const uint8_t *b, int n, uint16_t port, uint64_t ts, uint64_t begin) {
  if (n != 12 + FRAME || (b[1] & 0x7f) != 0) return;
  struct call *c = &calls[port];
  uint16_t seq = b[2] << 8 | b[3];
  int deep = low(b + 12);
  packets++;
  if (c->heard++) {
    uint64_t gap = ts > c->last ? ts - c->last : 0;
    if (gap < 500000000ull) {
      count(gaps, gap);
      gapCount++;
      if ((uint16_t)(seq - c->seqIn) != 1) lost++;
    }
  } else {
    c->slot = known % SLOTS;
    c->seq = random();
    c->stamp = random();
    c->at = (uint32_t)random();
    c->next = begin + 1000000000ull + (uint64_t)(random() % 3000) * 1000000ull;
    slots[c->slot][inSlot[c->slot]++] = port;
    known++;
  }
  if (c->pressed && deep != c->low) {
    count(waits, ts > c->pressed ? ts - c->pressed : 0);
    answered++;
    c->pressed = 0;
  }
  if (!c->pressed) c->low = deep;
  c->last = ts;
  c->seqIn = seq;
}

// ended says whether a key in the sound ends in the frame at this place of it.
static int ended(long at, long length) {
  for (long i = 0, end = toneEnd; i < toneNumber; i++, end += toneEvery)
    if ((end - at + length) % length < FRAME) return 1;
  return 0;
}

// packet writes what the call's telephone sends now: sound, or one packet of a key that is down. A key is 100 ms long and
// its end is sent three times.
static int packet(struct call *c, uint16_t port, const uint8_t *speech, long length, int withKeys, uint8_t *b, uint64_t t) {
  if (withKeys && !c->keyStep && t >= c->next) {
    c->keyStep = 1;
    c->keyStamp = c->stamp;
    c->pressed = t;
    keys++;
    c->next = t + 2000000000ull + (uint64_t)(random() % 2000) * 1000000ull;
  }
  int size = 12, event = c->keyStep;
  uint32_t stamp = event ? c->keyStamp : c->stamp;
  b[0] = 0x80;
  b[1] = event ? 101 | (event == 1) << 7 : 0;
  b[2] = c->seq >> 8, b[3] = c->seq;
  for (int i = 0; i < 4; i++) b[4 + i] = stamp >> (24 - 8 * i);
  b[8] = 0x5a, b[9] = 0x5a, b[10] = port >> 8, b[11] = port;
  if (event) {
    int duration = (event > 5 ? 5 : event) * FRAME;
    b[12] = 1, b[13] = (event >= 5) << 7 | 10, b[14] = duration >> 8, b[15] = duration;
    size += 4;
    c->keyStep = event == 7 ? 0 : event + 1;
  } else {
    for (int i = 0; i < FRAME; i++) b[12 + i] = speech[(c->at + i) % length];
    tones += ended(c->at % length, length);
    c->at = (c->at + FRAME) % length;
    size += FRAME;
  }
  c->seq++;
  c->stamp += FRAME;
  return size;
}

static void talk(int s, int slot, struct in_addr to, const uint8_t *speech, long length, int withKeys) {
  static struct mmsghdr m[BATCH];
  static struct iovec io[BATCH];
  static struct sockaddr_in dst[BATCH];
  static uint8_t b[BATCH][12 + FRAME];
  for (int i = 0; i < inSlot[slot];) {
    int n = 0;
    uint64_t t = now();
    for (; n < BATCH && i < inSlot[slot]; i++) {
      uint16_t port = slots[slot][i];
      if (t - calls[port].last > 1000000000ull) continue; // the call is over
      dst[n] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = to};
      io[n] = (struct iovec){b[n], packet(&calls[port], port, speech, length, withKeys, b[n], t)};
      m[n].msg_hdr = (struct msghdr){.msg_name = &dst[n], .msg_namelen = sizeof dst[n], .msg_iov = &io[n], .msg_iovlen = 1};
      n++;
    }
    int done = 0;
    while (done < n) {
      int r = sendmmsg(s, m + done, n - done, 0);
      done += r > 0 ? r : 1;
      sent += r > 0 ? r : 0;
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  uint8_t *speech = NULL;
  long length = 0;
  int withKeys = argc == 6, looks = argc > 4;
  if (argc == 8) toneEnd = atol(argv[5]), toneEvery = atol(argv[6]), toneNumber = atol(argv[7]);
  if (looks && strcmp(argv[4], "-")) {
    FILE *f = fopen(argv[4], "rb");
    if (!f) return perror(argv[4]), 1;
    fseek(f, 0, SEEK_END);
    length = ftell(f);
    rewind(f);
    speech = malloc(length);
    if (fread(speech, 1, length, f) != (size_t)length) return perror(argv[4]), 1;
    fclose(f);
  }
  setpriority(PRIO_PROCESS, 0, -15); // as the server's threads: callers are not slowed down by what else this machine does
  int s = socket(AF_INET, SOCK_DGRAM, 0), one = 1, room = 32 << 20;
  setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
  if (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room)) setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &a.sin_addr);
  if (bind(s, (void *)&a, sizeof a)) return perror("bind"), 1;
  struct timeval patience = {0, 200000};
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  static struct mmsghdr m[BATCH];
  static struct iovec io[BATCH];
  static uint8_t b[BATCH][2048], control[BATCH][64];
  static struct sockaddr_in from[BATCH];
  struct in_addr server = {htonl(INADDR_LOOPBACK)};
  uint64_t begin = now(), end = begin + (uint64_t)(atof(argv[3]) * 1e9), due = begin;
  int slot = 0, full = 0;
  for (uint64_t t = begin; t < end; t = now()) {
    while (looks && t >= due) {
      if (speech) talk(s, slot, server, speech, length, withKeys);
      slot = (slot + 1) % SLOTS;
      due += 1000000;
      t = now();
    }
    if (looks && !full && due > t) {
      struct timespec nap = {0, due - t};
      nanosleep(&nap, NULL);
    }
    for (int i = 0; i < BATCH; i++) {
      io[i] = (struct iovec){b[i], sizeof b[i]};
      m[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &io[i], .msg_iovlen = 1,
                                     .msg_control = control[i], .msg_controllen = sizeof control[i]};
    }
    int r = recvmmsg(s, m, BATCH, looks ? MSG_DONTWAIT : MSG_WAITFORONE, NULL);
    full = r == BATCH;
    for (int i = 0; i < r; i++) {
      struct cmsghdr *c = CMSG_FIRSTHDR(&m[i].msg_hdr);
      uint64_t ts = t;
      if (c) {
        struct timespec *k = (void *)CMSG_DATA(c);
        ts = k->tv_sec * 1000000000ull + k->tv_nsec;
      }
      server = from[i].sin_addr;
      heard(b[i], m[i].msg_len, ntohs(from[i].sin_port), ts, begin);
    }
  }
  printf("streams=%d packets=%lu sent=%lu missing=%lu gap50=%.2f gap99=%.2f gap999=%.2f keys=%lu answered=%lu tones=%lu key50=%.2f key99=%.2f key999=%.2f\n", known,
         packets, sent, lost, quantile(gaps, gapCount, .5), quantile(gaps, gapCount, .99), quantile(gaps, gapCount, .999), keys, answered, tones,
         quantile(waits, answered, .5), quantile(waits, answered, .99), quantile(waits, answered, .999));
  return 0;
}
