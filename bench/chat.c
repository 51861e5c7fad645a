// Load generator for chat servers on loopback: one thread, epoll. One client speaks, the others only listen; each
// must get every line, in order. Prints one JSON line, times in µs, memory (resident, of -p PID) in KiB.
//
//   chat -P PORT -c 1000 -m 64 -w 16     1,000 listeners, 16 lines of 64 bytes under way
//
// So many lines are under way, by the mean of the listeners: of 1,000, at most 16,000 deliveries. Whatever a server puts
// before a line does not matter, and neither do lines of its own: only what ends like a line that was sent counts.
// -u, -d: seconds of warm-up and of measuring, which begins when all have come in and nothing was said for a while.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "measure.h"

enum { BUFFER = 1 << 20, EVENTS = 1024, STALL_MS = 10000, QUIET_MS = 1200, LONGEST = 1024, RING = 4096, DIGITS = 8 };

struct member {
  int fd, kept;
  // What has come of a line that is cut: its end, as long as a line that was sent.
  char rest[LONGEST];
  long lines;
};

// The last lines that were sent.
static struct sent {
  char text[LONGEST];
  uint64_t at;
} ring[RING];

static int port, listeners = 1000, length = 64, window = 16;
static long sent, heard;
static struct member *members, *speaker;
static char in[LONGEST + BUFFER];
static int poller;

static long resident(void) {
  char path[64], line[256];
  long kib = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f)) sscanf(line, "VmRSS: %ld", &kib);
  if (f) fclose(f);
  return kib;
}

static void enter(struct member *member) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  int on = 1;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  member->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (member->fd < 0 || connect(member->fd, (void *)&to, sizeof to)) fail("connect");
  setsockopt(member->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(member->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
  epoll_ctl(poller, EPOLL_CTL_ADD, member->fd, &event);
}

static void say(void) {
  struct sent *line = &ring[sent % RING];
  char number[DIGITS + 2];
  snprintf(number, sizeof number, "%0*ld\n", DIGITS, sent++);
  memset(line->text, 'x', length);
  memcpy(line->text + length - DIGITS - 1, number, DIGITS + 1);
  line->at = now();
  if (write(speaker->fd, line->text, length) != length) fail("write");
}

// `text` is what a line ended with.
static void hear(struct member *member, const char *text, uint64_t t) {
  struct sent *line = &ring[member->lines % RING];
  if (sent - member->lines > RING) errno = 0, fail("one member far behind");
  int is_next = member->lines < sent && !memcmp(text, line->text, length);
  if (!sent || (!is_next && *text != 'x')) return;
  errno = 0;
  if (!is_next) fail("a line missing, doubled or out of order");
  member->lines++;
  record(t - line->at);
  answers++;
  heard++;
}

static void listen_as(struct member *member) {
  errno = 0;
  memcpy(in, member->rest, member->kept);
  ssize_t n = read(member->fd, in + member->kept, BUFFER);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) fail("a member's connection");
  uint64_t t = now();
  char *begin = in, *end = in + member->kept + n;
  for (char *newline; (newline = memchr(begin, '\n', end - begin)); begin = newline + 1) {
    char *text = newline + 1 - length;
    if (text >= begin && member != speaker) hear(member, text, t);
  }
  if (end - begin >= length) begin = end - length + 1;
  member->kept = end - begin;
  memcpy(member->rest, begin, member->kept);
}

// Takes what has come within `ms`; 0 if nothing has.
static int take(int ms) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(poller, events, EVENTS, ms);
  for (int i = 0; i < ready; i++) listen_as(events[i].data.ptr);
  return ready;
}

static void take_some(void) {
  if (!take(STALL_MS)) errno = ETIMEDOUT, fail("not everybody has every line");
}

int main(int argc, char **argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  for (int option; (option = getopt(argc, argv, "P:c:m:w:u:d:p:")) > 0;) {
    switch (option) {
      case 'P': port = atoi(optarg); break;
      case 'c': listeners = atoi(optarg); break;
      case 'm': length = atoi(optarg); break;
      case 'w': window = atoi(optarg); break;
      case 'u': warm = atof(optarg); break;
      case 'd': seconds = atof(optarg); break;
      case 'p': pid = atoi(optarg); break;
      default: return 2;
    }
  }
  if (!port || listeners < 1 || length < 2 * DIGITS || length > LONGEST || window < 1 || window > RING) {
    return fprintf(stderr, "see chat.c\n"), 2;
  }
  members = calloc(listeners + 1, sizeof *members);
  speaker = &members[listeners];
  poller = epoll_create1(0);
  for (int i = 0; i <= listeners; i++) {
    enter(&members[i]);
    // ncat takes few at a time, and who is not taken tries again after a second only.
    take(1);
  }
  while (take(QUIET_MS));
  long kib = resident();

  start_clock();
  while (ticking(now())) {
    while ((sent + 1 - window) * listeners <= heard) say();
    take_some();
  }
  double elapsed = (now() - begins) / 1e9;
  printf("{\"rate\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"memory\":%ld,", answers / elapsed, quantile(.5), quantile(.99),
         kib);
  while (heard < sent * listeners) take_some();
  printf("\"lines\":%ld}\n", sent);
}
