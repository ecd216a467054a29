/*
 * The protocol of a pollDesc's semaphores rg and wg as a model for spin: to be read
 * beside src/runtime/netpoll.c, whose names and order it keeps. tests/model/run tries
 * every interleaving of it, and looks for
 *
 *   a lost wakeup        a goroutine stays parked although there is a reason to run
 *   a second wakeup      a goroutine is made ready that is not parked, or is taken
 *                        out already
 *   harm by what is      readiness or a timer that was meant for a connection that is
 *   stale                closed, after its pollDesc serves the next one: a wrong
 *                        error, one of the throws, or one of the two above
 *
 * How to read it. A statement is one atomic step; between two steps of a process any
 * other process may do any number of its own. So each access to memory that others touch
 * without the lock is a step: a load, a store, a compare-and-swap (CAS), an exchange.
 * atomic { } makes one step of several statements: the two halves of a CAS; a load and
 * the tests of what was loaded, which nobody else sees; a step and what only the holder
 * of pd.lock may touch, which nobody else can tell apart. Memory is sequentially
 * consistent, as that of C's atomics is. Local variables are set back once they are
 * dead: that makes states equal that differ in nothing else. What stands under "ghost"
 * is in the model only: it says what is true, and no step of the code looks at it.
 *
 * There is one pollDesc, so each connection gets the one before's. Sizes:
 *
 *   WRITER      1: with the goroutine in wg, and deadlines for both directions at once
 *   CONNS       connections, one after the other
 *   CLOSES      how many of them are closed; one that is left open shows a lost wakeup
 *               that its close would have hidden
 *   DATA        how often the peer makes each direction of a connection ready
 *   DEADLINES   calls of SetDeadline, in all
 *   POLLERS     Ms in netpoll at the same time
 *
 * WITHOUT_... leaves a line of the code out, or takes an unsafe one in its place. Each
 * must lead to an error: that is how we know that the line, and the model, are for
 * something. REACH_... claims that something never happens which must be possible.
 */

/* What is in rg and wg. G is the pointer to the one goroutine of that direction. */
mtype = { nil, pdReady, pdWait, G };
mtype = { Grunning, Gwaiting, Grunnable };
mtype = { noError, errClosing, errTimeout };

#define r 0
#define w 1
#define MODES (1 + WRITER)

typedef pollDesc {
	bool lock;       /* held */
	bool closing;
	byte seq;
	mtype sema[2];   /* rg, wg */
	short d[2];      /* rd, wd: 0 none, 1 in the future, -1 has passed */
	bool rt_f;       /* the timer is set, */
	byte rt_seq;     /* for the deadline of this seq, */
	bool rt_in_heap  /* and has not fired: under timers.lock */
};
#define rg sema[r]
#define wg sema[w]
#define rd d[r]
#define wd d[w]

pollDesc pd;
bool pollcache_first = true; /* pd is free */

/* The netFD: net's fdMutex lets nobody in once it is closed, and the last to leave
 * destroys it. */
bool fdmu_closed = true;
byte fdmu_refs;

/* The goroutines as the scheduler sees them. */
mtype status[2] = Grunning;

/* The kernel: what could be read or written now, and the epoll item. */
bool sock_open;
byte avail[2];
byte sent[2];   /* by the peer, in this connection */
bool epi;       /* epoll_ctl(ADD) done, DEL not yet */
bool epi_ready; /* on epoll's ready list: since the last epoll_wait something came */

/* ghost */
byte conn;      /* which connection pd serves, or served last */
bool passed[2]; /* its deadline lies in the past */
bool taken[2];  /* netpollunblock returned it, goready is still to come */

/* Parked, with a reason to run. For a moment that is right: the wakeup is on its way. */
#define lost(mode) \
	(status[mode] == Gwaiting && (avail[mode] > 0 || passed[mode] || fdmu_closed))

/* Nobody is left so for ever. No fairness is needed: everything here is bounded, so every
 * run comes to an end, and this is about the state it ends in. */
ltl no_wakeup_lost_r { []<> !lost(r) }
ltl no_wakeup_lost_w { []<> !lost(w) }

/* pd.lock: to take it is to wait until it is free. */
inline runtime_lock() {
	atomic { !pd.lock -> pd.lock = true }
}

inline runtime_unlock() {
	pd.lock = false
}

/* --- netpoll.c ------------------------------------------------------------------- */

inline net_runtime_pollOpen() {
	pollcache_alloc();
	/* throw: blocked on free descriptor. Readiness may come this late, a G may not. */
#if WRITER
	atomic { runtime_lock(); assert(pd.wg == nil || pd.wg == pdReady) };
	assert(pd.rg == nil || pd.rg == pdReady);
#else
	atomic { runtime_lock(); assert(pd.rg == nil || pd.rg == pdReady) };
#endif
	atomic { pd.closing = false; pd.seq++; pd.rg = nil; pd.rd = 0 };
#if WRITER
	atomic { pd.wg = nil; pd.wd = 0 };
#endif
	runtime_unlock();
	netpollopen()
}

inline net_runtime_pollClose() {
	assert(pd.closing); /* throw: close w/o unblock */
#if WRITER
	assert(pd.wg == nil || pd.wg == pdReady); /* throw: blocked write on closing descriptor */
#endif
	assert(pd.rg == nil || pd.rg == pdReady); /* throw: blocked read on closing descriptor */
	netpollclose();
	pollcache_free()
}

/* All that pollcache.lock covers: one step. */
inline pollcache_free() {
	pollcache_first = true
}

inline net_runtime_pollReset(mode, err) {
	netpollcheckerr(mode, err);
	if
	:: err == noError -> pd.sema[mode] = nil
	:: else
	fi
}

inline net_runtime_pollWait(mode, err) {
	netpollcheckerr(mode, err);
	do
	:: err == noError ->
		netpollblock(mode, ioready);
		if
		:: ioready -> ioready = false; break
		/* Not ready, and no error either: the deadline that woke it up has been
		 * moved since. */
		:: else -> netpollcheckerr(mode, err)
		fi
	:: else -> break
	od
}

inline net_runtime_pollSetDeadline(when) {
	atomic {
		runtime_lock();
		if
		:: pd.closing -> stop = true
		:: else ->
			pd.seq++; /* what timerproc has in its hands is stale from here on */
			deltimer();
			stop = false
		fi
	};
	if
	:: stop -> atomic { runtime_unlock(); stop = false }
	:: else ->
		/* netpollcheckerr looks at rd and wd without the lock. */
		atomic { pd.rd = when; passed[r] = (when < 0) };
#if WRITER
		atomic { pd.wd = when; passed[w] = (when < 0) };
#endif
		if
		:: when > 0 -> addtimer()
		/* First rd and wd, then rg and wg: see net_runtime_pollUnblock. */
		:: when < 0 -> netpollunblock(r, false, rgp); netpollunblock_w(false, wgp)
		:: else
		fi;
		runtime_unlock();
		goready(r, rgp);
		goready(w, wgp)
	fi
}

inline net_runtime_pollUnblock() {
	/* First store closing, then look whether somebody is in rg or wg; who parks does
	 * it the other way round. So at least one of the two sees the other. */
	atomic {
		runtime_lock();
		assert(!pd.closing); /* throw: already closing */
#ifndef WITHOUT_CLOSING_FIRST
		pd.closing = true;
#endif
		pd.seq++
	};
	netpollunblock(r, false, rgp);
	netpollunblock_w(false, wgp);
	atomic {
#ifdef WITHOUT_CLOSING_FIRST
		pd.closing = true;
#endif
		deltimer()
	};
	runtime_unlock();
	goready(r, rgp);
	goready(w, wgp)
}

/* No lock, and no look at closing or seq: it may be too late in every way. */
inline netpollready(rmode, wmode) {
	if
	:: rmode -> netpollunblock(r, true, rgp); rmode = false
	:: else
	fi;
	if
	:: wmode -> netpollunblock_w(true, wgp); wmode = false
	:: else
	fi
}

/* Two loads. With each, what it says must be so. */
inline netpollcheckerr(mode, err) {
	if
	:: atomic {
		pd.closing ->
		assert(fdmu_closed); /* wrong error: not closed */
		err = errClosing
	   }
	:: else ->
		if
		:: atomic {
			pd.d[mode] < 0 ->
			assert(passed[mode]); /* wrong error: there is time left */
			err = errTimeout
		   }
		:: else -> err = noError
		fi
	fi
}

/* A CAS, on g0: the goroutine is off its stack. When it fails, readiness or an error
 * came first, and the goroutine goes on at once. */
inline netpollblockcommit(mode) {
	atomic {
		if
#ifdef WITHOUT_COMMIT_CAS
		:: pd.sema[mode] = G
#else
		:: pd.sema[mode] == pdWait -> pd.sema[mode] = G
#endif
		:: else -> status[mode] = Grunnable
		fi
	}
}

inline netpollblock(mode, ready) {
	do
	:: atomic { /* a load, and what it leads to */
		old = pd.sema[mode];
		if
		:: old == pdReady -> break
		:: else -> assert(old == nil) /* throw: double wait */
		fi
	   };
#if defined(WITHOUT_PDWAIT)
	   atomic { /* without the state pdWait: G before it is off its stack */
		if
		:: pd.sema[mode] == nil -> pd.sema[mode] = G; break
		:: else
		fi
	   }
#elif defined(WITHOUT_PDWAIT_CAS)
	   pd.sema[mode] = pdWait;
	   break
#else
	   atomic { /* CAS */
		if
		:: pd.sema[mode] == nil -> pd.sema[mode] = pdWait; break
		:: else /* readiness came in between: look again */
		fi
	   }
#endif
	od;
	if
	:: old == pdReady ->
		/* No CAS: nobody but us takes pdReady away. */
		atomic { pd.sema[mode] = nil; ready = true; old = nil }
	:: else ->
		/* Now that pdWait stands there, look for errors once more. */
#ifdef WITHOUT_RECHECK
		err = noError;
#else
		netpollcheckerr(mode, err);
#endif
		if
		:: err == noError -> gopark(mode)
		:: else
		fi;
#ifdef WITHOUT_XCHG
		old = pd.sema[mode];
		pd.sema[mode] = nil;
		ready = (old == pdReady)
#else
		atomic { /* an exchange: a pdReady that came meanwhile is ours */
			old = pd.sema[mode];
			assert(old != G); /* throw: corrupted state */
			pd.sema[mode] = nil;
			ready = (old == pdReady);
			old = nil
		}
#endif
	fi
}

inline netpollunblock(mode, ioready, gp) {
	do
	:: atomic { /* a load, and what it leads to */
		old = pd.sema[mode];
		if
		:: old == pdReady -> old = nil; gp = nil; break
#ifdef WITHOUT_PENDING
		:: old == nil -> gp = nil; break
#else
		:: old == nil && !ioready -> gp = nil; break
#endif
		:: else
		fi
	   };
	   atomic { /* CAS */
		if
#ifdef WITHOUT_UNBLOCK_CAS
		:: true ->
#else
		:: pd.sema[mode] == old ->
#endif
			pd.sema[mode] = (ioready -> pdReady : nil);
			gp = (old == G -> G : nil);
			assert(gp == nil || !taken[mode]); /* second wakeup */
			taken[mode] = (gp == G || taken[mode]);
			old = nil;
			break
		:: else /* somebody was quicker: look again */
		fi
	   }
	od
}

/* For wg, which nobody is in if there is no writer. */
inline netpollunblock_w(ioready, gp) {
#if WRITER
	netpollunblock(w, ioready, gp)
#else
	skip
#endif
}

/* netpollDeadline, or netpollReadDeadline if there is no WRITER. */
inline netpolldeadlineimpl(seq) {
	atomic {
		runtime_lock();
#ifdef WITHOUT_SEQ
		stop = false;
#else
		stop = (seq != pd.seq); /* pd reused, or the deadline moved */
#endif
		seq = 0
	};
	if
	:: stop -> atomic { runtime_unlock(); stop = false }
	:: else ->
		assert(pd.rd > 0 && pd.rt_f); /* throw: inconsistent deadline */
		/* First rd, then rg, and so with wd: see net_runtime_pollUnblock. */
#ifdef WITHOUT_RD_FIRST
		netpollunblock(r, false, rgp);
		atomic { pd.rd = -1; pd.rt_f = false };
#else
		atomic { pd.rd = -1; pd.rt_f = false };
		netpollunblock(r, false, rgp);
#endif
#if WRITER
		pd.wd = -1;
#endif
		netpollunblock_w(false, wgp);
		runtime_unlock();
		goready(r, rgp);
		goready(w, wgp)
	fi
}

/* All that pollcache.lock covers: one step. Go would take fresh memory if pd is still in
 * use; here we wait, for it is reuse that we want. */
inline pollcache_alloc() {
	atomic { pollcache_first -> pollcache_first = false }
}

/* --- proc.c and time.c ----------------------------------------------------------- */

/* park_m: not running any more, then the commit; gone on with when it is ready. */
inline gopark(mode) {
	status[mode] = Gwaiting;
#ifndef WITHOUT_PDWAIT
	netpollblockcommit(mode);
#endif
end_parked:
	atomic { status[mode] == Grunnable -> status[mode] = Grunning }
}

inline goready(mode, gp) {
	if
	:: gp == G ->
		atomic {
			assert(status[mode] == Gwaiting); /* throw: bad g->status in ready */
			taken[mode] = false;
			status[mode] = Grunnable;
			gp = nil
		}
	:: else
	fi
}

/* addtimer and deltimer are one step each: what timers.lock covers. */
inline addtimer() {
	atomic { pd.rt_f = true; pd.rt_seq = pd.seq; pd.rt_in_heap = true }
}

inline deltimer() {
	pd.rt_f = false;
	pd.rt_in_heap = false
}

proctype timerproc() {
	bool stop;
	byte seq;
	mtype old = nil, rgp = nil, wgp = nil;
#ifdef REACH
	byte c;
#endif

end_sleeping:
	do
	/* Off the heap, and timers.lock released: deltimer comes too late from here on. */
	:: atomic {
		pd.rt_in_heap ->
		pd.rt_in_heap = false;
		seq = pd.rt_seq;
		pd.rt_seq = 0;
		passed[r] = true;
		passed[w] = WRITER
#ifdef REACH
		; c = conn
#endif
	   };
#ifdef REACH_TIMER_WHEN_REUSED
	   assert(c == conn); /* reached: a timer of the connection before */
#endif
	   netpolldeadlineimpl(seq)
	od
}

/* --- netpoll_epoll.c and the kernel behind it ------------------------------------ */

/* epoll_ctl(ADD): what is ready already counts as news. */
inline netpollopen() {
	atomic { epi = true; epi_ready = (avail[r] > 0 || avail[w] > 0) }
}

/* epoll_ctl(DEL): nothing comes from the kernel after it, but an M may hold an event
 * that came before. With it the close(2) that follows, which touches no pollDesc. */
inline netpollclose() {
	atomic { epi = false; epi_ready = false; sock_open = false; avail[r] = 0; avail[w] = 0 }
}

/* An M: findrunnable or sysmon, again and again. */
proctype netpoll() {
	bool rmode, wmode;
	mtype old = nil, rgp = nil, wgp = nil;
#ifdef REACH
	byte c;
#endif

end_epollwait:
	do
	/* epoll_wait, edge-triggered: takes the item off the ready list, looks what is
	 * ready now, and will be silent until something comes. */
	:: atomic {
		epi_ready ->
		epi_ready = false;
		rmode = avail[r] > 0;
		wmode = avail[w] > 0
#ifdef REACH
		; c = conn
#endif
	   };
	   /* Here the M may be held up for any time. */
#ifdef REACH_READY_WHEN_FREE
	   assert(!pollcache_first); /* reached: readiness of a pollDesc that is free */
#endif
	   netpollready(rmode, wmode);
#ifdef REACH_READY_WHEN_REUSED
	   assert(c == conn || rgp == nil); /* reached: wakes the next connection's reader */
#endif
	   goready(r, rgp); /* injectglist */
	   goready(w, wgp)
	od
}

/* The other side of the connection: sends, or reads and so makes room. */
proctype peer(byte mode) {
end_idle:
	do
	:: atomic {
		sock_open && sent[mode] < DATA ->
		sent[mode]++;
		avail[mode]++;
		epi_ready = epi
	   }
	od
}

/* --- net: who calls it ----------------------------------------------------------- */

/* fdMutex.decref: the last one out after Close destroys the netFD, and nobody else. */
inline decref() {
	atomic { fdmu_refs--; last = (fdmu_closed && fdmu_refs == 0) };
#ifndef WITHOUT_REFS
	if
	:: last -> last = false; net_runtime_pollClose()
	:: else
	fi
#endif
}

proctype DialTCP() {
end_in_use:
	do
	:: atomic { /* socket, connect */
			conn < CONNS && pollcache_first ->
			conn++;
			sock_open = true;
			sent[r] = 0;
			sent[w] = 0;
			passed[r] = false;
			passed[w] = false
		};
		net_runtime_pollOpen();
		fdmu_closed = false
	od
}

/* A goroutine that calls Read, mode r, or Write, mode w, on each connection as long as
 * it lasts. */
proctype Read(byte mode) {
	bool ioready, last;
	mtype old = nil, err = noError;

end_closed:
	do
	:: /* fdMutex.rwlock */
		atomic { !fdmu_closed -> fdmu_refs++ };
#ifdef WITHOUT_RESET_FIRST
		err = noError;
#else
		net_runtime_pollReset(mode, err); /* prepareRead */
#endif
		do
		:: err == noError ->
			atomic { /* read(2) */
				if
				:: avail[mode] > 0 -> avail[mode]--; break
				:: else /* EAGAIN */
				fi
			};
#ifdef WITHOUT_RESET_FIRST
			net_runtime_pollReset(mode, err);
#endif
			net_runtime_pollWait(mode, err) /* waitRead */
		:: else -> break
		od;
		decref();
		/* After a timeout the caller comes back when the deadline has been moved. */
		if
		:: err == errTimeout ->
end_timeout:
			!passed[mode] || fdmu_closed
		:: else
		fi
	od
}

proctype SetDeadline() {
	bool last, stop;
	short when;
	byte n;
	mtype old = nil, rgp = nil, wgp = nil;

end_closed:
	do
	:: atomic { /* fdMutex.incref */
		n < DEADLINES && !fdmu_closed ->
		fdmu_refs++;
		n++;
		if
		:: when = -1
		:: when = 0
		:: when = 1
		fi
	   };
	   net_runtime_pollSetDeadline(when);
	   when = 0;
	   decref()
	od
}

proctype Close() {
	bool last;
	byte n;
	mtype old = nil, rgp = nil, wgp = nil;

end_open:
	do
	:: atomic { /* fdMutex.increfAndClose */
		n < CLOSES && !fdmu_closed ->
		fdmu_closed = true;
		fdmu_refs++;
		n++
	   };
	   net_runtime_pollUnblock(); /* evict */
#ifdef WITHOUT_REFS
	   net_runtime_pollClose();
#endif
	   decref()
	od
}

/* When nothing can move any more, nobody may be parked who has a reason to run. */
proctype quiescent() {
end_moving:
	timeout ->
	assert(!lost(r) && !lost(w)) /* lost wakeup */
}

init {
	atomic {
		byte m;
		pd.rg = nil; /* memory starts as zeros */
		pd.wg = nil;
		for (m : 1 .. POLLERS) { run netpoll() };
		run timerproc();
		for (m : 0 .. MODES - 1) { run peer(m); run Read(m) };
		run DialTCP();
		run SetDeadline();
		run Close();
		run quiescent()
	}
}
