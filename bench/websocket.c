// Load generator for servers of WebSockets on loopback: one thread, epoll. Prints one JSON line, times in µs.
//
//   websocket echo -P PORT -c 1      each connection sends 64 bytes of text when the answer to the ones before is there
//   websocket chat -P PORT -c 1000   one speaks, so many listen, 16 lines under way; each must get every line, in order
//
// -d: seconds of measuring, after half a second of warm-up. Of an answer its last 64 bytes count.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, BUFFER = 1 << 16, RING = 4096, WINDOW = 16, MOST = 1 << 24, QUIET = 1200, STALLED = 10000 };

struct peer {
  int fd, held;
  long last;
  uint64_t at;
  unsigned char rest[4096];
};

static int port, count = 1, poller;
static double seconds = 2;
static uint64_t sent_at[RING];
static long sent, heard, samples;
static float *times;
static unsigned char in[BUFFER + 4096];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void enter(struct peer *peer) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  char text[512], answer[4096];
  int on = 1, got = 0;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (peer->fd < 0 || connect(peer->fd, (void *)&to, sizeof to)) fail("connect");
  setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int length = snprintf(text, sizeof text,
                        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        port);
  if (write(peer->fd, text, length) != length) fail("write");
  // A byte at a time, so that what comes behind stays.
  do {
    if (got == sizeof answer - 1 || read(peer->fd, answer + got, 1) != 1) fail("handshake");
    answer[++got] = 0;
  } while (!strstr(answer, "\r\n\r\n"));
  if (strncmp(answer, "HTTP/1.1 101", 12)) fail("handshake");
  fcntl(peer->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
  epoll_ctl(poller, EPOLL_CTL_ADD, peer->fd, &event);
}

static void say(struct peer *peer, long number) {
  unsigned char frame[6 + SIZE] = {0x81, 0x80 | SIZE, 1, 2, 3, 4};
  char text[SIZE + 1];
  snprintf(text, sizeof text, "%0*ld", SIZE, number);
  for (int i = 0; i < SIZE; i++) frame[6 + i] = text[i] ^ frame[2 + (i & 3)];
  peer->at = now();
  if (write(peer->fd, frame, sizeof frame) != sizeof frame) fail("write");
}

static void sample(uint64_t since) {
  if (samples < MOST) times[samples++] = (now() - since) / 1e3f;
}

// A whole message; only what was sent here counts.
static void take(struct peer *peer, const unsigned char *body, long length, int is_chat) {
  if (length < SIZE) return;
  const unsigned char *text = body + length - SIZE;
  long number = 0;
  for (int i = 0; i < SIZE; i++) {
    if (text[i] < '0' || text[i] > '9') return;
    number = number * 10 + text[i] - '0';
  }
  if (number != peer->last + 1) fprintf(stderr, "%ld behind %ld\n", number, peer->last), exit(1);
  peer->last = number;
  heard++;
  sample(is_chat ? sent_at[number % RING] : peer->at);
  if (!is_chat) say(peer, number + 1);
}

static void receive(struct peer *peer, int is_chat) {
  memcpy(in, peer->rest, peer->held);
  long got = read(peer->fd, in + peer->held, BUFFER);
  if (got <= 0) fail("read");
  long end = peer->held + got, at = 0;
  while (end - at >= 2) {
    long head = in[at + 1] == 126 ? 4 : in[at + 1] == 127 ? 10 : 2, length = in[at + 1];
    if (end - at < head) break;
    if (head > 2) {
      length = 0;
      for (int i = 2; i < head; i++) length = length << 8 | in[at + i];
    }
    if (end - at < head + length) break;
    if ((in[at] & 15) < 8) take(peer, in + at + head, length, is_chat);
    at += head + length;
  }
  peer->held = end - at;
  if (peer->held > (int)sizeof peer->rest) fprintf(stderr, "a long message\n"), exit(1);
  memcpy(peer->rest, in + at, peer->held);
}

static int ascending(const void *a, const void *b) {
  float x = *(float *)a, y = *(float *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int is_chat = argc > 1 && !strcmp(argv[1], "chat"), option;
  optind = 2;
  while ((option = getopt(argc, argv, "P:c:d:")) > 0) {
    if (option == 'P') port = atoi(optarg);
    else if (option == 'c') count = atoi(optarg);
    else if (option == 'd') seconds = atof(optarg);
    else exit(2);
  }
  poller = epoll_create1(0);
  times = malloc(MOST * sizeof *times);
  struct peer *peers = calloc(count + 1, sizeof *peers), *speaker = peers + count;
  struct epoll_event events[1024];
  for (int i = 0; i < count + is_chat; i++) enter(peers + i);
  if (is_chat) {
    for (int n; (n = epoll_wait(poller, events, 1024, QUIET)) > 0;) {
      for (int i = 0; i < n; i++) receive(events[i].data.ptr, 1);
    }
  } else {
    for (int i = 0; i < count; i++) say(peers + i, 1);
  }
  uint64_t begin = now() + 500000000, end = begin + seconds * 1e9;
  long before = -1;
  while (now() < end) {
    if (before < 0 && now() >= begin) before = heard, samples = 0;
    while (is_chat && (sent - WINDOW) * count < heard) {
      sent_at[++sent % RING] = now();
      say(speaker, sent);
    }
    int n = epoll_wait(poller, events, 1024, STALLED);
    if (n <= 0) fprintf(stderr, "nothing came\n"), exit(1);
    for (int i = 0; i < n; i++) receive(events[i].data.ptr, is_chat);
  }
  long total = heard - before;
  // What is unanswered now counts by its age.
  if (is_chat) {
    for (int i = 0; i < count; i++) {
      for (long line = peers[i].last + 1; line <= sent; line++) sample(sent_at[line % RING]);
    }
  } else {
    for (int i = 0; i < count; i++) sample(peers[i].at);
  }
  qsort(times, samples, sizeof *times, ascending);
  printf("{\"rate\":%.0f,\"p50\":%.1f,\"p99\":%.1f}\n", total / seconds, times[samples / 2],
         times[samples - 1 - samples / 100]);
}
