// Load generator for echo servers on loopback: one thread, epoll. Prints one JSON line, times in µs.
//
//   load pingpong -P PORT -c 64 -m 64 -x 27       each connection sends when its answer is there
//   load churn    -P PORT -c 8  -m 64 -x 27       connect, one message, its answer, close
//   load udp      -P PORT -c 4  -m 64 -x 27 -w 16 sockets with 16 datagrams under way each
//   load bulk     -P PORT -c 1  -n 1024 [-x 27]   MiB through all connections together; rate in MB/s
//   load idle     -P PORT -c 1000 -m 64 -x 27     memory of -p PID in KiB, before and with the connections
//
// -x: by how many bytes an answer is longer than its message. -u, -d: seconds of warm-up and of measuring.
// -p PID: the server's CPU time and peak memory are counted too, its own processes with it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "measure.h"

enum { BUFFER = 1 << 20, EVENTS = 1024, STALL_MS = 10000, WARM_MIB = 64 };

struct peer {
  int fd;
  long sent, received, served, inflight;
  uint64_t sent_at;
};

static int port, connections = 1, length = 64, extra, window = 16;
static long mebibytes = 1024;
static struct peer *peers;
static struct epoll_event events[EVENTS];
static char in[BUFFER], out[BUFFER];
static int poller;

static void answered(struct peer *peer, uint64_t t, uint64_t sent_at) {
  record(t - sent_at);
  answers++;
  if (counting) peer->served++;
}

static void print_rates(void) {
  double elapsed = (now() - begins) / 1e9;
  long least = peers[0].served;
  for (int i = 1; i < connections; i++) {
    if (peers[i].served < least) least = peers[i].served;
  }
  double mean = (double)answers / connections;
  struct usage used = usage();
  printf("{\"rate\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f,\"least\":%.4f,\"lost\":%lu,\"cpu\":%.3f,"
         "\"peak\":%ld}\n",
         answers / elapsed, quantile(.5), quantile(.99), slowest / 1e3, mean > 0 ? least / mean : 0, lost,
         (used.cpu - cpu_before) / elapsed, used.peak);
}

// A connection's source address is 127.0.0.1 to .32 in turn: closed ones keep their port for a minute, and one
// address has only 28,000 of them.
static int dial(int type) {
  static int turn;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)}, from = {.sin_family = AF_INET};
  int on = 1, fd = socket(AF_INET, type, 0);
  if (fd < 0) fail("socket");
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + turn++ % 32);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(fd, (void *)&from, sizeof from)) fail("bind");
  if (connect(fd, (void *)&to, sizeof to)) fail("connect");
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static void watch(int operation, struct peer *peer, uint32_t what) {
  struct epoll_event event = {.events = what, .data.ptr = peer};
  epoll_ctl(poller, operation, peer->fd, &event);
}

static void open_peer(struct peer *peer, int type) {
  peer->fd = dial(type);
  watch(EPOLL_CTL_ADD, peer, EPOLLIN);
}

static void say(struct peer *peer, uint64_t t) {
  peer->sent_at = t;
  peer->received = 0;
  if (write(peer->fd, out, length) != length) fail("write");
}

static int wait_events(int ms) {
  int count = epoll_wait(poller, events, EVENTS, ms);
  if (!count && ms == STALL_MS) errno = ETIMEDOUT, fail("no answer");
  return count;
}

// Reads what came; 1 when the answer is whole.
static int whole(struct peer *peer) {
  errno = 0;
  ssize_t n = read(peer->fd, in, BUFFER);
  if (n < 0 && errno == EAGAIN) return 0;
  if (n <= 0) fail("read");
  peer->received += n;
  if (peer->received > length + extra) fail("answer too long");
  return peer->received == length + extra;
}

static void talk(int churning) {
  for (int i = 0; i < connections; i++) open_peer(&peers[i], SOCK_STREAM);
  usleep(100000);  // so that all are accepted before the first is busy
  start_clock();
  for (int i = 0; i < connections; i++) say(&peers[i], now());
  for (uint64_t t = now(); ticking(t);) {
    int count = wait_events(STALL_MS);
    t = now();
    for (int i = 0; i < count; i++) {
      struct peer *peer = events[i].data.ptr;
      if (!whole(peer)) continue;
      uint64_t done = now();
      answered(peer, done, peer->sent_at);
      if (churning) {
        close(peer->fd);
        peer->sent_at = done = now();
        open_peer(peer, SOCK_STREAM);
      }
      say(peer, done);
    }
  }
  print_rates();
}

static void send_datagram(struct peer *peer) {
  uint64_t t = now();
  memcpy(out, &t, sizeof t);
  if (send(peer->fd, out, length, 0) == length) peer->inflight++;
}

static void udp(void) {
  for (int i = 0; i < connections; i++) open_peer(&peers[i], SOCK_DGRAM);
  start_clock();
  for (uint64_t t = now(); ticking(t); t = now()) {
    int count = wait_events(200);
    // Silence: what is under way is lost (at first: nothing has been sent yet), so the window is filled again.
    for (int i = 0; !count && i < connections; i++) {
      lost += peers[i].inflight;
      peers[i].inflight = 0;
      for (int k = 0; k < window; k++) send_datagram(&peers[i]);
    }
    for (int i = 0; i < count; i++) {
      struct peer *peer = events[i].data.ptr;
      ssize_t n;
      for (int k = 0; k < window && (n = recv(peer->fd, in, BUFFER, 0)) >= 0; k++) {
        uint64_t sent_at;
        if (n != length + extra) errno = 0, fail("datagram of another length");
        memcpy(&sent_at, in + extra, sizeof sent_at);
        answered(peer, now(), sent_at);
        peer->inflight--;
        send_datagram(peer);
      }
    }
  }
  print_rates();
}

// The server says how often it stamps, so the end of a connection is its end of stream. The clock runs from the first
// WARM_MIB that all have received together to the last end.
static void bulk(void) {
  long each = ((mebibytes + WARM_MIB) << 20) / connections, warm_bytes = (long)WARM_MIB << 20;
  long received = 0, before = 0, peak = 0;
  for (int i = 0; i < connections; i++) {
    peers[i].fd = dial(SOCK_STREAM);
    watch(EPOLL_CTL_ADD, &peers[i], EPOLLIN | EPOLLOUT);
  }
  for (int open = connections; open;) {
    int count = wait_events(STALL_MS);
    for (int i = 0; i < count; i++) {
      struct peer *peer = events[i].data.ptr;
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t n = read(peer->fd, in, BUFFER);
        if (n < 0 && errno != EAGAIN) fail("read");
        errno = 0;
        if (n == 0 && (extra ? peer->received < each + extra : peer->received != each)) fail("bytes missing");
        if (n == 0) close(peer->fd), open--;
        if (n > 0) peer->received += n, received += n;
        if (n == 0) continue;
        if (!counting && received >= warm_bytes) {
          counting = 1, cpu_before = usage().cpu, before = received, begins = now();
        }
      }
      if (events[i].events & EPOLLOUT && peer->sent < each) {
        long rest = each - peer->sent;
        ssize_t k = write(peer->fd, out, rest < 262144 ? rest : 262144);
        if (k < 0 && errno != EAGAIN) fail("write");
        if (k > 0) peer->sent += k;
        if (peer->sent < each) continue;
        // While all are open: what serves one alone may end with it.
        if (!peak) peak = usage().peak;
        shutdown(peer->fd, SHUT_WR);
        watch(EPOLL_CTL_MOD, peer, EPOLLIN);
      }
    }
  }
  double elapsed = (now() - begins) / 1e9;
  printf("{\"rate\":%.1f,\"seconds\":%.3f,\"cpu\":%.3f,\"peak\":%ld}\n", (received - before) / 1e6 / elapsed,
         elapsed, (usage().cpu - cpu_before) / elapsed, peak);
}

// Each connection has exchanged one message, so that the server has what it keeps for a connection in use.
static void idle(void) {
  long before = memory();
  for (int i = 0; i < connections; i++) {
    open_peer(&peers[i], SOCK_STREAM);
    say(&peers[i], now());
    do wait_events(STALL_MS);
    while (!whole(&peers[i]));
  }
  usleep(seconds * 1e6);
  printf("{\"before\":%ld,\"memory\":%ld,\"threads\":%ld}\n", before, memory(), threads());
}

int main(int argc, char **argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  for (int option; (option = getopt(argc, argv, "P:c:m:x:w:n:u:d:p:")) > 0;) {
    switch (option) {
      case 'P': port = atoi(optarg); break;
      case 'c': connections = atoi(optarg); break;
      case 'm': length = atoi(optarg); break;
      case 'x': extra = atoi(optarg); break;
      case 'w': window = atoi(optarg); break;
      case 'n': mebibytes = atol(optarg); break;
      case 'u': warm = atof(optarg); break;
      case 'd': seconds = atof(optarg); break;
      case 'p': pid = atoi(optarg); break;
      default: return 2;
    }
  }
  const char *mode = optind < argc ? argv[optind] : "";
  if (!port || connections < 1 || length < 8 || length > 65507) return fprintf(stderr, "see load.c\n"), 2;
  peers = calloc(connections, sizeof *peers);
  poller = epoll_create1(0);
  memset(out, 'x', BUFFER);
  if (!strcmp(mode, "pingpong")) talk(0);
  else if (!strcmp(mode, "churn")) talk(1);
  else if (!strcmp(mode, "udp")) udp();
  else if (!strcmp(mode, "bulk")) bulk();
  else if (!strcmp(mode, "idle")) idle();
  else return fprintf(stderr, "see load.c\n"), 2;
}
