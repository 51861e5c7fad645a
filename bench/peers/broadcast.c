// The chat server that the others are measured against: one thread, epoll. What one client says goes to all others
// as it came, with no names, rooms or history.
//
//   broadcast PORT     PORT 0 takes a free one; the port in use is told on stderr
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
#include <unistd.h>

enum { FDS = 65536, BUFFER = 256 * 1024 };

// What a full socket did not take.
struct rest {
  char *bytes;
  size_t length, sent;
};

static struct rest rests[FDS];
static int clients[FDS], place[FDS], count, poller;
static char buffer[BUFFER];

static void watch(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(poller, operation, fd, &event);
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    place[fd] = count;
    clients[count++] = fd;
  }
}

static void hang_up(int fd) {
  int last = clients[--count];
  clients[place[fd]] = last;
  place[last] = place[fd];
  free(rests[fd].bytes);
  rests[fd] = (struct rest){0};
  close(fd);
}

static void keep(int fd, const char *bytes, size_t length) {
  struct rest *rest = &rests[fd];
  rest->bytes = realloc(rest->bytes, rest->length + length);
  memcpy(rest->bytes + rest->length, bytes, length);
  rest->length += length;
}

// Whoever can't be written to is hung up on when it is read from.
static void send_to(int fd, size_t length) {
  if (rests[fd].bytes) return keep(fd, buffer, length);
  ssize_t sent = write(fd, buffer, length);
  if (sent < 0 && errno != EAGAIN) return;
  if (sent < 0) sent = 0;
  if ((size_t)sent == length) return;
  keep(fd, buffer + sent, length - sent);
  watch(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
}

static void flush(int fd) {
  struct rest *rest = &rests[fd];
  ssize_t n = write(fd, rest->bytes + rest->sent, rest->length - rest->sent);
  if (n > 0) rest->sent += n;
  if (rest->sent < rest->length) return;
  free(rest->bytes);
  *rest = (struct rest){0};
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void relay(int from) {
  ssize_t n = read(from, buffer, BUFFER);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return hang_up(from);
  for (int i = 0; i < count; i++) {
    if (clients[i] != from) send_to(clients[i], n);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: broadcast PORT\n"), 2;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < FDS ? files.rlim_max : FDS;
  setrlimit(RLIMIT_NOFILE, &files);

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (void *)&address, size) || listen(listener, 4096)) return perror("listen"), 1;
  getsockname(listener, (void *)&address, &size);
  fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(address.sin_port));

  poller = epoll_create1(0);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (struct epoll_event events[512];;) {
    int ready = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(fd);
        continue;
      }
      if (events[i].events & EPOLLOUT) flush(fd);
      if (events[i].events & ~EPOLLOUT) relay(fd);
    }
  }
}
