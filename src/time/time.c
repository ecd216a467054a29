/* Time: see time.h. */
#include "time/time.h"

#include <time.h>

time_Time time_Now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * time_Second + ts.tv_nsec;
}

time_Time time_Time_Add(time_Time t, time_Duration d)
{
	time_Time sum;

	if (__builtin_add_overflow(t, d, &sum))
		return d < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

time_Duration time_Time_Sub(time_Time t, time_Time u)
{
	time_Duration d;

	if (__builtin_sub_overflow(t, u, &d))
		return t < u ? INT64_MIN : INT64_MAX;
	return d;
}
