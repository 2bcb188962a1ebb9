/* Clocks and sleeps that go faster, for scripts/soak: built as a shared object and loaded before the program (LD_PRELOAD).
 *
 * SOAK_CLOCK="SPEED REAL FAKE": at the real time REAL (seconds since 1970) the program sees FAKE, and from there on SPEED times as much
 * time. Monotonic clocks go on from where they are. libfaketime does the same for most programs, but not for timerfd with absolute
 * times, by which libdispatch waits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef __int128 wide;

static int64_t speed = 1;
/* By clock: at the first, the second is seen. */
static int64_t real0[16], fake0[16];
/* By descriptor: the clock of a timer. */
static unsigned char timers[65536];

static int64_t nanoseconds(const struct timespec *t) { return t->tv_sec * 1000000000LL + t->tv_nsec; }
static struct timespec spec(int64_t n) { return (struct timespec){n / 1000000000LL, n % 1000000000LL}; }

static int64_t real_now(clockid_t clock) {
    struct timespec t;
    syscall(SYS_clock_gettime, clock, &t);
    return nanoseconds(&t);
}

static int is_faked(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW
        || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

static int64_t to_fake(clockid_t clock, int64_t real) { return fake0[clock] + (real - real0[clock]) * speed; }
/* Rounded up: never too early. */
static int64_t to_real(clockid_t clock, int64_t fake) {
    wide ahead = (wide)fake - fake0[clock];
    if (ahead > (wide)1 << 60) ahead = (wide)1 << 60;
    int64_t real = real0[clock] + (int64_t)((ahead + speed - 1) / speed);
    return real < 1 ? 1 : real;
}
static int64_t shorter(int64_t span) { return span <= 0 ? span : (span + speed - 1) / speed; }

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SOAK_CLOCK");
    double real = 0, fake = 0;
    long long factor = 1;
    if (!text || sscanf(text, "%lld %lf %lf", &factor, &real, &fake) != 3 || factor < 1) return;
    for (int clock = 0; clock < 16; clock++) {
        int isWall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
        real0[clock] = isWall ? (int64_t)(real * 1e9) : is_faked(clock) ? real_now(clock) : 0;
        fake0[clock] = isWall ? (int64_t)(fake * 1e9) : real0[clock];
    }
    speed = factor;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
    if (clock < 0 || clock >= 16 || !is_faked(clock)) return (int)syscall(SYS_clock_gettime, clock, t);
    *t = spec(to_fake(clock, real_now(clock)));
    return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    (void)zone;
    int64_t now = to_fake(CLOCK_REALTIME, real_now(CLOCK_REALTIME));
    t->tv_sec = now / 1000000000LL;
    t->tv_usec = now % 1000000000LL / 1000;
    return 0;
}

time_t time(time_t *out) {
    time_t now = to_fake(CLOCK_REALTIME, real_now(CLOCK_REALTIME)) / 1000000000LL;
    if (out) *out = now;
    return now;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
    int64_t n = nanoseconds(wanted);
    struct timespec t = spec(flags & TIMER_ABSTIME ? to_real(clock, n) : shorter(n));
    return syscall(SYS_clock_nanosleep, clock, flags, &t, left) == 0 ? 0 : errno;
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
    struct timespec t = spec(shorter(nanoseconds(wanted)));
    return (int)syscall(SYS_nanosleep, &t, left);
}

int usleep(useconds_t span) {
    struct timespec t = spec(shorter((int64_t)span * 1000));
    return nanosleep(&t, NULL);
}

int timerfd_create(int clock, int flags) {
    int file = (int)syscall(SYS_timerfd_create, clock, flags);
    if (file >= 0 && file < 65536) timers[file] = (unsigned char)clock;
    return file;
}

int timerfd_settime(int file, int flags, const struct itimerspec *wanted, struct itimerspec *old) {
    struct itimerspec t = *wanted;
    int64_t value = nanoseconds(&wanted->it_value);
    if (value > 0 && file >= 0 && file < 65536)
        t.it_value = spec(flags & TFD_TIMER_ABSTIME ? to_real(timers[file], value) : shorter(value));
    t.it_interval = spec(shorter(nanoseconds(&wanted->it_interval)));
    return (int)syscall(SYS_timerfd_settime, file, flags, &t, old);
}

int epoll_wait(int file, struct epoll_event *events, int most, int timeout) {
    return (int)syscall(SYS_epoll_pwait, file, events, most, (int)shorter(timeout), NULL, 8);
}

int epoll_pwait(int file, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    return (int)syscall(SYS_epoll_pwait, file, events, most, (int)shorter(timeout), mask, 8);
}

int poll(struct pollfd *files, nfds_t count, int timeout) {
    struct timespec t = spec(shorter((int64_t)timeout * 1000000));
    return (int)syscall(SYS_ppoll, files, count, timeout < 0 ? NULL : &t, NULL, 8);
}

/* The clock of a time: those since 1970 are far from those since the machine's start. */
static struct timespec deadline(const struct timespec *wanted) {
    return spec(to_real(wanted->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC, nanoseconds(wanted)));
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict wanted) {
    static int (*next)(sem_t *, const struct timespec *);
    if (!next) next = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec t = deadline(wanted);
    return next(semaphore, &t);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict wanted) {
    static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!next) next = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    struct timespec t = deadline(wanted);
    return next(condition, mutex, &t);
}
