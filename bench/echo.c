// The echo server that the others are measured against: one thread, epoll, nothing else.
//
//   echo PORT plain|stamp|udp        PORT 0 takes a free one; the port in use is told on stderr
//
// `stamp` and `udp` put `[Sat Nov 21 10:00:00 2026] ` before what came, in the same write, as pinwire does.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STAMP = 27, BODY = 256 * 1024, FDS = 65536 };

// What a full socket did not take; while there is some, the connection isn't read.
struct rest {
  char *bytes;
  size_t length, sent;
};

static struct rest rests[FDS];
static char buffer[STAMP + BODY];
static int poller;

static void die(const char *what) {
  perror(what);
  exit(1);
}

// Writes the stamp into the buffer's head; formatted once a second.
static void stamp(void) {
  static time_t shown;
  static char text[64];
  time_t now = time(NULL);
  if (now != shown) {
    struct tm local;
    strftime(text, sizeof text, "[%a %b %e %H:%M:%S %Y] ", localtime_r(&now, &local));
    shown = now;
  }
  memcpy(buffer, text, STAMP);
}

static void watch(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(poller, operation, fd, &event);
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

static void hang_up(int fd) {
  free(rests[fd].bytes);
  rests[fd] = (struct rest){0};
  close(fd);
}

static void flush(int fd) {
  struct rest *rest = &rests[fd];
  ssize_t n = write(fd, rest->bytes + rest->sent, rest->length - rest->sent);
  if (n < 0 && errno != EAGAIN) return hang_up(fd);
  if (n > 0) rest->sent += n;
  if (rest->sent < rest->length) return;
  free(rest->bytes);
  *rest = (struct rest){0};
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void answer(int fd, size_t head) {
  ssize_t n = read(fd, buffer + head, BODY);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return hang_up(fd);
  if (head) stamp();
  size_t length = head + n;
  ssize_t sent = write(fd, buffer, length);
  if (sent < 0 && errno != EAGAIN) return hang_up(fd);
  if (sent < 0) sent = 0;
  if ((size_t)sent == length) return;
  struct rest rest = {.bytes = malloc(length - sent), .length = length - sent};
  memcpy(rest.bytes, buffer + sent, rest.length);
  rests[fd] = rest;
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void serve_datagrams(int fd) {
  for (;;) {
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    ssize_t n = recvfrom(fd, buffer + STAMP, BODY, 0, (void *)&peer, &size);
    if (n < 0) continue;
    stamp();
    sendto(fd, buffer, STAMP + n, 0, (void *)&peer, size);
  }
}

static void serve_streams(int listener, size_t head) {
  struct epoll_event events[512];
  poller = epoll_create1(0);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    int count = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all(fd);
      else if (rests[fd].bytes) flush(fd);
      else answer(fd, head);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: echo PORT plain|stamp|udp\n"), 2;
  int datagrams = !strcmp(argv[2], "udp"), on = 1;

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < FDS ? files.rlim_max : FDS;
  setrlimit(RLIMIT_NOFILE, &files);

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, datagrams ? SOCK_DGRAM : SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (void *)&address, size)) die("bind");
  if (!datagrams && listen(fd, 4096)) die("listen");
  getsockname(fd, (void *)&address, &size);
  fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(address.sin_port));

  if (datagrams) serve_datagrams(fd);
  else serve_streams(fd, strcmp(argv[2], "stamp") ? 0 : STAMP);
}
