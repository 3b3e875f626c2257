/* The offer protocol between servers, as runtime/acd, runtime/exchange and stdlib/agent/claims.go carry it out.

   Callers belong to the server that has their leg; who is offered is decided in each server's memory (the distributor),
   and an agent is claimed in the database before the telephone rings, under an epoch that grows. An answer counts only
   if the claim still holds (confirm). Agent 0 has a telephone that is registered at server 0; agent 1 is at a fixed
   address, which both servers may ring.

   What may happen at any moment: callers leave, nobody answers, server 1 stands still while a telephone rings until
   it is held for dead and buried (and then wakes up), server 0 is cut off from the database for a while.

   -DNAIVE: who is free is read first and written then, as several servers do elsewhere; spin finds two who ring one.
   -DNOCONFIRM: an answer is not confirmed; spin finds the server that woke up.
   -DOFFERS=n: how many offers each server makes. */
#ifndef OFFERS
#define OFFERS 3
#endif
#define NONE 2
#define WAITING 0
#define OFFERED 1
#define CONNECTED 2
#define GONE 3

byte cs[4];                 /* callers: 0 and 1 of server 0, 2 and 3 of server 1 */
byte epoch[2], owner[2];    /* the table: the epoch, and which server has the agent */
bool claimed[2];            /* for a call */
bool held[4];               /* server*2 + agent: as the server itself believes */
byte mine[4];               /* under which epoch, 0 without the database */
bool away = false;          /* server 0 is cut off */
bool buried = false, slept = false;
byte done = 0;
byte rings[2], links[2];    /* servers awake that ring the agent; callers connected to the agent */

#define CUT(n) (n == 0 && away)
#define FIXED(a) (a == 1)
#define OPEN(n, a) (owner[a] == n || owner[a] == NONE || (FIXED(a) && !claimed[a]))
/* without the database: who is registered here, or where nobody else ever was; server 0 is not alone */
#define ALONE(n, a) (n == 0 && a == 0)

inline release(n, a) {
  atomic {
    held[n*2+a] = false;
    if
    :: !CUT(n) && owner[a] == n && epoch[a] == mine[n*2+a] && claimed[a] -> claimed[a] = false; epoch[a]++
    :: else /* the look does it */
    fi
  }
}

proctype server(byte n) {
  byte c, a, count = 0; bool ok, asleep;
  do
  :: count < OFFERS ->
     count++;
     atomic { /* the distributor: one of its own callers, one of the agents it holds for free */
       if :: cs[n*2] == WAITING -> c = n*2 :: cs[n*2+1] == WAITING -> c = n*2+1 :: else -> goto idle fi;
       if :: !held[n*2] -> a = 0 :: !held[n*2+1] -> a = 1 :: else -> goto idle fi;
       cs[c] = OFFERED
     }
#ifdef NAIVE
     ok = OPEN(n, a);
     if :: ok -> atomic { held[n*2+a] = true; epoch[a]++; mine[n*2+a] = epoch[a]; owner[a] = n; claimed[a] = true }
        :: else fi;
#else
     atomic { /* the claim */
       ok = false;
       if
       :: CUT(n) && ALONE(n, a) -> held[n*2+a] = true; mine[n*2+a] = 0; ok = true
       :: !CUT(n) && OPEN(n, a) -> held[n*2+a] = true; epoch[a]++; mine[n*2+a] = epoch[a]; owner[a] = n;
          claimed[a] = true; ok = true
       :: else
       fi
     }
#endif
     if :: !ok -> atomic { if :: cs[c] == OFFERED -> cs[c] = WAITING :: else fi }; goto idle :: else fi;
     atomic { rings[a]++; assert(rings[a] <= 1); asleep = false }
     if
     :: skip
     :: n == 1 && !slept -> atomic { slept = true; asleep = true; rings[a]-- }; buried /* and wakes up then */
     fi;
     if
     :: skip -> /* answered: the caller may have gone, the claim may hold no more */
        atomic {
          if
          :: cs[c] == OFFERED &&
#ifdef NOCONFIRM
             true
#else
             (mine[n*2+a] == 0 || (CUT(n) && ALONE(n, a)) || (!CUT(n) && owner[a] == n && epoch[a] == mine[n*2+a]))
#endif
             -> cs[c] = CONNECTED; links[a]++; assert(links[a] <= 1)
          :: else /* ACK and BYE */
             if :: cs[c] == OFFERED -> cs[c] = WAITING :: else fi
          fi
        };
        atomic { if :: cs[c] == CONNECTED -> cs[c] = GONE; links[a]-- :: else fi }
     :: skip -> atomic { if :: cs[c] == OFFERED -> cs[c] = WAITING :: else fi } /* no answer */
     fi;
     atomic { if :: !asleep -> rings[a]-- :: else fi };
     release(n, a);
idle: skip
  :: count == OFFERS -> break
  od;
  done++
}

proctype leaver(byte c) { atomic { if :: cs[c] == WAITING || cs[c] == OFFERED -> cs[c] = GONE :: skip fi } }

proctype database() { /* is cut off from server 0, and comes back: what that had claimed alone is written down */
  away = true;
  atomic {
    away = false;
    if
    :: held[0] && mine[0] == 0 && OPEN(0, 0) -> epoch[0]++; owner[0] = 0; claimed[0] = true; mine[0] = epoch[0]
    :: else
    fi;
    done++
  }
}

proctype undertaker() { /* server 0 sees that server 1 stands still */
  end: slept && !away;
  atomic {
    if :: owner[0] == 1 -> owner[0] = NONE; claimed[0] = false; epoch[0]++ :: else fi;
    if :: owner[1] == 1 -> owner[1] = NONE; claimed[1] = false; epoch[1]++ :: else fi;
    buried = true
  }
}

init {
  atomic {
    owner[0] = 0; owner[1] = NONE;
    run undertaker(); run server(0); run server(1); run leaver(0); run leaver(2); run database()
  }
  /* at rest, and after a last look of each: nobody is claimed for nobody */
  atomic {
    done == 3;
    if :: claimed[0] && !held[owner[0]*2] -> claimed[0] = false :: else fi;
    if :: claimed[1] && !held[owner[1]*2+1] -> claimed[1] = false :: else fi
  }
  assert(!claimed[0] && !claimed[1] && rings[0] == 0 && rings[1] == 0 && links[0] == 0 && links[1] == 0)
}
