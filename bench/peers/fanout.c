// The controller that the fan-out is measured against: one thread, epoll. A line on stdin that begins with `on` or
// `off` goes to every client as that word; when as many lines have come back, it says so.
//
//   fanout PORT        PORT 0 takes a free one; the port in use is told on stderr
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS = 65536 };

static int clients[FDS], count, awaited, poller;
static char buffer[65536];

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(fd);
    clients[count++] = fd;
  }
}

static void tell_all(void) {
  ssize_t n = read(0, buffer, sizeof buffer - 1);
  if (n <= 0) exit(0);
  buffer[n] = 0;
  const char *word = strncmp(buffer, "on", 2) ? "off\n" : "on\n";
  awaited = count;
  for (int i = 0; i < count; i++) {
    if (write(clients[i], word, strlen(word)) < 0) perror("write"), exit(1);
  }
}

static void take_reports(int fd) {
  ssize_t n = read(fd, buffer, sizeof buffer);
  if (n <= 0) exit(0);
  for (ssize_t i = 0; i < n; i++) {
    if (buffer[i] == '\n' && --awaited == 0) dprintf(1, "all reported\n");
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: fanout PORT\n"), 2;
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
  watch(listener);
  watch(0);
  for (struct epoll_event events[512];;) {
    int ready = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all(fd);
      else if (fd == 0) tell_all();
      else take_reports(fd);
    }
  }
}
