/* Time as programs on the port see it (Go 1.7.4 package time). */
#ifndef TIME_TIME_H
#define TIME_TIME_H

#include "runtime/time.h"

#include <stdbool.h>
#include <stdint.h>

/* A span of time, ns. (Go 1.7.4 time/time.go, Duration) */
typedef int64_t time_Duration;

#define time_Microsecond ((time_Duration)1000)
#define time_Millisecond (1000 * time_Microsecond)
#define time_Second      (1000 * time_Millisecond)

/* A point in time, ns since 1970 by the wall clock; 0 is the zero Time. Go's counts
 * seconds and nanoseconds since the year 1. (Go 1.7.4 time/time.go, Time) */
typedef int64_t time_Time;

/* (Go 1.7.4 time/time.go, Now) */
time_Time time_Now(void);

/* The time d after t, and how long t is after u, both kept within what they can tell:
 * some 290 years. (Go 1.7.4 time/time.go, Time.Add, Time.Sub) */
time_Time time_Time_Add(time_Time t, time_Duration d);
time_Duration time_Time_Sub(time_Time t, time_Time u);

/* Parks the goroutine for d at least. (Go 1.7.4 time/sleep.go, Sleep: without a body
 * there, it is runtime_timeSleep by linkname) */
void time_Sleep(time_Duration d);

/* A call to be made later. Belongs to whoever sets it. (Go 1.7.4 time/sleep.go, Timer) */
typedef struct {
	runtime_timer r;
	void (*f)(void *);
	void *arg;
} time_Timer;

/* Calls f(arg) after d, on a goroutine of its own. (Go 1.7.4 time/sleep.go,
 * AfterFunc) */
void time_AfterFunc(time_Timer *t, time_Duration d, void (*f)(void *), void *arg);

/* Takes t back; false if f was or will be called. (Go 1.7.4 time/sleep.go, Stop) */
bool time_Timer_Stop(time_Timer *t);

#endif
