// What the load generator measures with: the clock, latencies, and what /proc tells of the server.
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int pid;
static double warm = 0.5, seconds = 2;

// The measured interval: begins after the warm-up, with all counts at zero.
static uint64_t begins, ends, answers, lost;
static int counting;
static double cpu_before;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "not what was expected");
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// Memory in KiB: Pss, but the program's own file counted whole, since the benchmark runs in a Deno too and would
// take over half of it.
static long memory(void) {
  char path[64], own[512] = "", line[1024];
  long total = 0;
  int in_own = 0;
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  if (readlink(path, own, sizeof own - 1) < 0) fail(path);
  snprintf(path, sizeof path, "/proc/%d/smaps", pid);
  FILE *f = fopen(path, "r");
  if (!f) fail(path);
  while (fgets(line, sizeof line, f)) {
    if (line[0] < 'A' || line[0] > 'Z') in_own = strstr(line, own) != NULL;
    else if (!strncmp(line, in_own ? "Rss:" : "Pss:", 4)) total += atol(line + 4);
  }
  fclose(f);
  return total;
}

static long threads(void) {
  char path[64], line[256];
  long count = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f)) sscanf(line, "Threads: %ld", &count);
  if (f) fclose(f);
  return count;
}

// Of the server and the processes that it has forked: they share its process group, which it leads.
struct usage {
  double cpu;  // seconds, of those too that have ended
  long peak;   // KiB: each one's VmHWM, so what they share counts in each
};

static void use(struct usage *all, const char *id) {
  char path[300], line[1024] = "";
  int group = 0;
  long ended_user = 0, ended_kernel = 0, peak = 0;
  snprintf(path, sizeof path, "/proc/%s/stat", id);
  FILE *f = fopen(path, "r");
  char *tail = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
  if (tail) {
    sscanf(tail + 2, "%*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld", &group, &ended_user,
           &ended_kernel);
  }
  if (f) fclose(f);
  if (group != pid) return;
  all->cpu += (double)(ended_user + ended_kernel) / sysconf(_SC_CLK_TCK);
  // What stat tells is cut to 10 ms, and a process may serve one connection alone.
  clockid_t clock;
  struct timespec t;
  if (!clock_getcpuclockid(atoi(id), &clock) && !clock_gettime(clock, &t)) all->cpu += t.tv_sec + t.tv_nsec / 1e9;
  snprintf(path, sizeof path, "/proc/%s/status", id);
  f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f)) sscanf(line, "VmHWM: %ld", &peak);
  if (f) fclose(f);
  all->peak += peak;
}

static struct usage usage(void) {
  struct usage all = {0};
  DIR *processes = pid ? opendir("/proc") : NULL;
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    if (entry->d_name[0] > '0' && entry->d_name[0] <= '9') use(&all, entry->d_name);
  }
  if (processes) closedir(processes);
  return all;
}

// Latencies in a log-linear histogram, 32 steps to the octave: 3 % off at most, and no memory that grows.
static uint64_t histogram[64 * 32], slowest, samples;

static void record(uint64_t ns) {
  if (ns < 32) ns = 32;
  int octave = 63 - __builtin_clzll(ns);
  histogram[octave * 32 + ((ns >> (octave - 5)) & 31)]++;
  samples++;
  if (ns > slowest) slowest = ns;
}

static double quantile(double q) {
  uint64_t wanted = q * samples, seen = 0;
  for (int i = 0; i < 64 * 32; i++) {
    seen += histogram[i];
    if (seen > wanted) return (32ull + i % 32) * (double)(1ull << (i / 32)) / 32 / 1e3;
  }
  return 0;
}

static void start_clock(void) {
  begins = now() + warm * 1e9;
  ends = begins + seconds * 1e9;
}

static int ticking(uint64_t t) {
  if (!counting && t >= begins) {
    counting = 1;
    answers = lost = samples = slowest = 0;
    memset(histogram, 0, sizeof histogram);
    cpu_before = usage().cpu;
    begins = now();
  }
  return t < ends;
}
