// Driver of the LED stages: it starts what it measures, types on the controller's console, and plays the peers
// that a stage has no program for. Prints one JSON line with every time taken, in µs.
//
//   led change -n 2000 CONTROLLER… -- AGENT…  from a line typed to the line that the agent prints at its change
//   led agent  -n 2000 AGENT…                 from a command on the agent's socket to the report that comes back
//   led fanout -n 20 -c 1000 -r 1 CONTROLLER… from `on all` typed to the last of so many agents, all played here
//
// AGENT gets the port as its last argument. -w: times before those that count. -r: how many lines CONTROLLER prints
// when all have reported, of those that tell of reports; 0 if it prints none.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "measure.h"

enum { EVENTS = 1024, STALL_MS = 10000, ARGUMENTS = 64 };

struct child {
  int pid, in;
  FILE *out;
};

static int count = 2000, warm_up = 200, connections = 1000, reported_lines = 1;
static char line[65536];

static void on_end(int number) {
  (void)number;
  errno = 0, fail("a program ended by itself");
}

// What it prints comes through one pipe, since some say on stderr where they listen and some on stdout.
static struct child spawn(char **argv, int is_heard) {
  int in[2], out[2], nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || nothing < 0) fail("pipe");
  struct child child = {.pid = fork(), .in = in[1], .out = fdopen(out[0], "r")};
  if (child.pid < 0) fail("fork");
  if (!child.pid) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in[0], 0);
    dup2(is_heard ? out[1] : nothing, 1);
    if (is_heard) dup2(out[1], 2);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(in[0]), close(out[1]), close(nothing);
  return child;
}

static struct child spawn_agent(char **argv, int port, int is_heard) {
  static char text[8], *with_port[ARGUMENTS + 2];
  int i = 0;
  for (; argv[i] && i < ARGUMENTS; i++) with_port[i] = argv[i];
  snprintf(text, sizeof text, "%d", port);
  with_port[i] = text;
  return spawn(with_port, is_heard);
}

// Reads lines until one holds either text.
static void await(FILE *from, const char *text, const char *or) {
  do {
    if (fgets(line, sizeof line, from)) continue;
    errno = 0, fail(text);
  } while (!strstr(line, text) && !strstr(line, or));
}

static int port_of(struct child controller) {
  await(controller.out, "listening", "listening");
  char *address = strstr(line, "127.0.0.1:");
  if (!address) errno = 0, fail(line);
  return atoi(address + strlen("127.0.0.1:"));
}

static void say(int fd, const char *text) {
  ssize_t length = strlen(text);
  if (write(fd, text, length) != length) fail("write");
}

// A pipe that nobody empties would stop its writer.
static void drain(int fd) {
  while (read(fd, line, sizeof line) > 0);
}

static void print_times(const char *name, const uint64_t *times, int length) {
  printf("\"%s\":[", name);
  for (int i = 0; i < length; i++) printf(i ? ",%.1f" : "%.1f", times[i] / 1e3);
  printf("]");
}

static void print_changes(const uint64_t *times) {
  printf("{"), print_times("times", times, count), printf("}\n");
}

static void change(char **controller_argv, char **agent_argv) {
  struct child controller = spawn(controller_argv, 1);
  struct child agent = spawn_agent(agent_argv, port_of(controller), 1);
  await(controller.out, "device", "device");
  fcntl(fileno(controller.out), F_SETFL, O_NONBLOCK);
  uint64_t *times = calloc(count, sizeof *times);
  for (int i = -warm_up; i < count; i++) {
    int on = i % 2 == 0;
    if (i % 20 == 0) drain(fileno(controller.out));
    uint64_t start = now();
    say(controller.in, on ? "0:1\n" : "0:2\n");
    await(agent.out, on ? "\"on\":true" : "\"on\":false", on ? "cmd:on\n" : "cmd:off\n");
    if (i >= 0) times[i] = now() - start;
  }
  print_changes(times);
}

static void undelay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void agent_alone(char **agent_argv) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener, (void *)&address, size) || listen(listener, 1)) fail("listen");
  getsockname(listener, (void *)&address, &size);
  spawn_agent(agent_argv, ntohs(address.sin_port), 0);
  int fd = accept(listener, NULL, NULL);
  undelay(fd);
  FILE *reports = fdopen(fd, "r");
  uint64_t *times = calloc(count, sizeof *times);
  for (int i = -warm_up; i < count; i++) {
    int on = i % 2 == 0;
    const char *report = on ? "state on\n" : "state off\n";
    uint64_t start = now();
    say(fd, on ? "on\n" : "off\n");
    await(reports, report, report);
    if (i >= 0) times[i] = now() - start;
  }
  print_changes(times);
}

// One repetition of the fan-out: who has been told, what the controller has printed, and when the last of it was.
static int poller, told, printed;
static uint64_t told_at, printed_at;

static void enter(int port, int number) {
  char hello[128];
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (void *)&address, sizeof address)) fail("connect");
  undelay(fd);
  snprintf(hello, sizeof hello, "hello {\"role\":\"agent\",\"name\":\"d%d\",\"pin\":\"11\",\"version\":1}\n", number);
  say(fd, hello);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void obey(int fd, const char *command) {
  if (!strcmp(command, "ping")) say(fd, "pong\n");
  if (strcmp(command, "on") && strcmp(command, "off")) return;
  say(fd, command[1] == 'n' ? "state on\n" : "state off\n");
  told++;
  told_at = now();
}

// Counts the lines that tell of reports; the rest of a line that is cut comes with the next read.
static void listen_to(int controller) {
  static char text[65536];
  static size_t kept;
  ssize_t n = read(controller, text + kept, sizeof text - kept - 1);
  if (n <= 0) fail("the controller");
  text[kept + n] = 0;
  char *begin = text;
  for (char *end; (end = strchr(begin, '\n')); begin = end + 1) {
    *end = 0;
    if (!strstr(begin, "\"event\":\"state\"") && !strstr(begin, "all reported")) continue;
    printed++;
    printed_at = now();
  }
  kept = strlen(begin);
  memmove(text, begin, kept);
}

static void listen_as_agent(int fd) {
  ssize_t n = read(fd, line, sizeof line - 1);
  if (n <= 0) fail("an agent's connection");
  line[n] = 0;
  for (char *rest = line, *word; (word = strsep(&rest, "\n"));) obey(fd, word);
}

// Takes what has come within `ms`; 0 if nothing has.
static int take(int controller, int ms) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(poller, events, EVENTS, ms);
  for (int i = 0; i < ready; i++) {
    if (events[i].data.fd == controller) listen_to(controller);
    else listen_as_agent(events[i].data.fd);
  }
  return ready;
}

static void fanout(char **controller_argv) {
  struct child controller = spawn(controller_argv, 1);
  int port = port_of(controller), out = fileno(controller.out);
  poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = out};
  epoll_ctl(poller, EPOLL_CTL_ADD, out, &event);
  for (int i = 0; i < connections; i++) enter(port, i);
  while (take(out, 500));

  pid = controller.pid;
  long kib = memory();
  uint64_t *all_told = calloc(count, sizeof *all_told), *all_reported = calloc(count, sizeof *all_reported);
  for (int i = -warm_up; i < count; i++) {
    told = printed = 0;
    uint64_t start = now();
    say(controller.in, i % 2 ? "off all\n" : "on all\n");
    while (told < connections || printed < reported_lines) {
      if (!take(out, STALL_MS)) errno = ETIMEDOUT, fail("the last agent");
    }
    if (i >= 0) all_told[i] = told_at - start, all_reported[i] = printed_at - start;
    while (take(out, 50));
  }
  printf("{"), print_times("told", all_told, count), printf(",");
  print_times("reported", all_reported, reported_lines ? count : 0);
  printf(",\"memory\":%ld}\n", kib);
}

int main(int argc, char **argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGCHLD, on_end);
  const char *mode = argc > 1 ? argv[1] : "";
  optind = 2;
  for (int option; (option = getopt(argc, argv, "+n:w:c:r:")) > 0;) {
    switch (option) {
      case 'n': count = atoi(optarg); break;
      case 'w': warm_up = atoi(optarg); break;
      case 'c': connections = atoi(optarg); break;
      case 'r': reported_lines = atoi(optarg); break;
      default: return 2;
    }
  }
  char **first = argv + optind, **second = first;
  while (*second && strcmp(*second, "--")) second++;
  if (*second) *second++ = NULL;
  if (!strcmp(mode, "change") && *first && *second) change(first, second);
  else if (!strcmp(mode, "agent") && *first) agent_alone(first);
  else if (!strcmp(mode, "fanout") && *first) fanout(first);
  else return fprintf(stderr, "see led.c\n"), 2;
}
