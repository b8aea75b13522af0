// The part of NCCL's C API that the project calls, for ranks that are threads of one process and whose device memory is the host's. Sums
// run in rank order. As with communicators that do not block, calls return at once, and what they began ends when all ranks have come.
// The host_nccl_ functions are the tests': what shall go wrong, and what was called.
//
// With -DNCCL_HEADER='"nccl.h"' it is compiled against NVIDIA's own declarations instead of those below.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef NCCL_HEADER
#include NCCL_HEADER
#include <stddef.h>
// What the C# side takes for granted.
_Static_assert(sizeof(ncclUniqueId) == 128, "id");
_Static_assert(sizeof(ncclResult_t) == 4 && sizeof(ncclDataType_t) == 4 && sizeof(ncclRedOp_t) == 4, "enumerations are ints");
_Static_assert(ncclSuccess == 0 && ncclUnhandledCudaError == 1 && ncclSystemError == 2 && ncclInternalError == 3, "results");
_Static_assert(ncclInvalidArgument == 4 && ncclInvalidUsage == 5 && ncclRemoteError == 6 && ncclInProgress == 7, "results");
_Static_assert(ncclSum == 0 && ncclFloat32 == 7 && ncclFloat64 == 8, "operations and formats");
_Static_assert(offsetof(ncclConfig_t, size) == 0 && offsetof(ncclConfig_t, magic) == 8, "configuration");
_Static_assert(offsetof(ncclConfig_t, version) == 12 && offsetof(ncclConfig_t, blocking) == 16 && sizeof(ncclConfig_t) >= 24, "configuration");
#else
typedef struct ncclComm* ncclComm_t;
typedef struct { char internal[128]; } ncclUniqueId;
typedef enum {
  ncclSuccess = 0, ncclSystemError = 2, ncclInvalidArgument = 4, ncclInvalidUsage = 5, ncclRemoteError = 6, ncclInProgress = 7
} ncclResult_t;
typedef struct { size_t size; unsigned magic, version; int blocking; } ncclConfig_t;
typedef enum { ncclSum = 0 } ncclRedOp_t;
typedef enum { ncclFloat32 = 7, ncclFloat64 = 8 } ncclDataType_t;
typedef void* cudaStream_t;
#endif

#ifndef VERSION
#define VERSION 21801
#endif
#define ID_MAGIC 0x6863636c6e74736fULL
#define ALIVE 0xa11fe
#define MOST_RANKS 16
#define MOST_OPERATIONS 256

typedef struct { int broadcasts; const void* from; void* to; size_t count; ncclDataType_t type; int root; } Operation;

typedef struct Clique {
  uint64_t number;
  int ranks, joined, arrived, finalized, broken;
  struct ncclComm* members[MOST_RANKS];
  struct Clique* next;
} Clique;

struct ncclComm {
  int alive, rank, groups, touched;
  ncclResult_t state;
  Clique* clique;
  int count;
  Operation operations[MOST_OPERATIONS];
};

enum { Connected, Groups, Reduces, Broadcasts, Destroyed, Aborted, Hung, Live, Counts };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static Clique* cliques;
static uint64_t last_number;
static long counts[Counts];
static int refuse_rank = -1, hang_rank = -1, hang_group, break_rank = -1, break_group;
static const char* last_error = "";
static __thread int depth;
static __thread ncclComm_t open_comms[MOST_RANKS];
static __thread int open_count;

// From now on: rank `rank` cannot connect.
void host_nccl_refuse(int rank) { refuse_rank = rank; }
// Once: rank `rank` does not come to its group `group`, counted from 1.
void host_nccl_hang(int rank, int group) { hang_group = group; hang_rank = rank; }
// Once: at its group `group` rank `rank` tells all of a lost connection.
void host_nccl_break(int rank, int group) { break_group = group; break_rank = rank; }
long host_nccl_count(int what) { return __atomic_load_n(&counts[what], __ATOMIC_SEQ_CST); }
void host_nccl_reset(void) {
  pthread_mutex_lock(&gate);
  refuse_rank = hang_rank = break_rank = -1;
  for (int i = 0; i < Live; i++) counts[i] = 0;
  last_error = "";
  pthread_mutex_unlock(&gate);
}

static ncclResult_t fail(ncclResult_t result, const char* why) {
  last_error = why;
  return result;
}

static int is_alive(ncclComm_t comm) { return comm && comm->alive == ALIVE; }

ncclResult_t ncclGetVersion(int* version) {
  *version = VERSION;
  return ncclSuccess;
}

// The whole id counts: a caller that passes it in another way than by value, or a part of it, is found out.
ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  uint64_t words[16];
  pthread_mutex_lock(&gate);
  uint64_t number = ++last_number;
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < 16; i++) words[i] = ID_MAGIC * (uint64_t)(i + 1) ^ number;
  memcpy(id, words, sizeof words);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank, ncclConfig_t* config) {
  uint64_t words[16];
  memcpy(words, &id, sizeof words);
  uint64_t number = words[0] ^ ID_MAGIC;
  for (int i = 0; i < 16; i++)
    if (words[i] != (ID_MAGIC * (uint64_t)(i + 1) ^ number)) return fail(ncclInvalidArgument, "the id is none of ncclGetUniqueId");
  if (!config || config->size < 20 || config->magic != 0xcafebeef || config->version < 21400 || config->blocking != 0)
    return fail(ncclInvalidArgument, "the configuration is not one of 2.14 that does not block");
  if (ranks < 1 || ranks > MOST_RANKS || rank < 0 || rank >= ranks) return fail(ncclInvalidArgument, "no such rank");
  if (rank == refuse_rank) return fail(ncclSystemError, "no network interface was found");
  pthread_mutex_lock(&gate);
  Clique* clique = cliques;
  while (clique && clique->number != number) clique = clique->next;
  if (!clique) {
    clique = calloc(1, sizeof *clique);
    clique->number = number;
    clique->ranks = ranks;
    clique->next = cliques;
    cliques = clique;
  }
  ncclResult_t result = ncclInProgress;
  if (clique->ranks != ranks || clique->members[rank]) {
    result = fail(ncclInvalidUsage, "two ranks have one number, or differ in how many there are");
  } else {
    ncclComm_t made = calloc(1, sizeof *made);
    made->alive = ALIVE;
    made->rank = rank;
    made->clique = clique;
    made->state = ncclInProgress;
    clique->members[rank] = made;
    counts[Live]++;
    if (++clique->joined == ranks) {
      for (int i = 0; i < ranks; i++) clique->members[i]->state = ncclSuccess;
      counts[Connected]++;
    }
    *comm = made;
  }
  pthread_mutex_unlock(&gate);
  return result;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* error) {
  pthread_mutex_lock(&gate);
  ncclResult_t result = ncclSuccess;
  if (is_alive(comm)) *error = comm->state;
  else result = fail(ncclInvalidArgument, "the communicator was freed");
  pthread_mutex_unlock(&gate);
  return result;
}

const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSystemError: return "unhandled system error";
    case ncclInvalidArgument: return "invalid argument";
    case ncclInvalidUsage: return "invalid usage";
    case ncclRemoteError: return "remote process exited or there was a network error";
    default: return "no error";
  }
}

const char* ncclGetLastError(ncclComm_t comm) {
  (void)comm;
  return last_error;
}

static void add(void* into, const void* other, size_t count, ncclDataType_t type) {
  if (type == ncclFloat32)
    for (size_t i = 0; i < count; i++) ((float*)into)[i] += ((const float*)other)[i];
  else
    for (size_t i = 0; i < count; i++) ((double*)into)[i] += ((const double*)other)[i];
}

static int is_same(const Operation* a, const Operation* b) {
  return a->broadcasts == b->broadcasts && a->count == b->count && a->type == b->type && a->root == b->root;
}

// All ranks wait: nobody else touches their memory.
static ncclResult_t perform(Clique* clique) {
  ncclComm_t first = clique->members[0];
  for (int r = 0; r < clique->ranks; r++) {
    if (clique->members[r]->count != first->count) return fail(ncclInvalidUsage, "the ranks ask for different operations");
    for (int i = 0; i < first->count; i++)
      if (!is_same(&first->operations[i], &clique->members[r]->operations[i])) return fail(ncclInvalidUsage, "the ranks ask for different operations");
  }
  for (int i = 0; i < first->count; i++) {
    Operation* op = &first->operations[i];
    size_t bytes = op->count * (op->type == ncclFloat32 ? 4 : 8);
    Operation* root = &clique->members[op->root]->operations[i];
    if (op->broadcasts) {
      for (int r = 0; r < clique->ranks; r++)
        if (r != op->root) memcpy(clique->members[r]->operations[i].to, root->from, bytes);
      counts[Broadcasts]++;
      continue;
    }
    void* sum = malloc(bytes ? bytes : 1);
    memcpy(sum, op->from, bytes);
    for (int r = 1; r < clique->ranks; r++) add(sum, clique->members[r]->operations[i].from, op->count, op->type);
    memcpy(root->to, sum, bytes);
    free(sum);
    counts[Reduces]++;
  }
  return ncclSuccess;
}

static ncclResult_t arrive(ncclComm_t comm) {
  Clique* clique = comm->clique;
  comm->groups++;
  comm->touched = 0;
  comm->state = clique->broken ? ncclRemoteError : ncclInProgress;
  if (clique->broken) return ncclInProgress;
  if (comm->rank == hang_rank && comm->groups == hang_group) {
    hang_rank = -1;
    counts[Hung]++;
    return ncclInProgress;
  }
  if (comm->rank == break_rank && comm->groups == break_group) {
    break_rank = -1;
    last_error = "connection closed by remote peer";
    clique->broken = 1;
    for (int r = 0; r < clique->ranks; r++)
      if (clique->members[r]) clique->members[r]->state = ncclRemoteError;
    return ncclInProgress;
  }
  if (++clique->arrived < clique->ranks) return ncclInProgress;
  clique->arrived = 0;
  ncclResult_t result = perform(clique);
  for (int r = 0; r < clique->ranks; r++) {
    clique->members[r]->count = 0;
    clique->members[r]->state = result;
  }
  counts[Groups]++;
  return ncclInProgress;
}

ncclResult_t ncclGroupStart(void) {
  if (depth++ == 0) open_count = 0;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd(void) {
  if (depth == 0) return fail(ncclInvalidUsage, "no group is open");
  if (--depth > 0) return ncclSuccess;
  pthread_mutex_lock(&gate);
  ncclResult_t result = ncclSuccess;
  for (int i = 0; i < open_count; i++)
    if (is_alive(open_comms[i])) result = arrive(open_comms[i]);
  pthread_mutex_unlock(&gate);
  return result;
}

static ncclResult_t put(ncclComm_t comm, Operation operation) {
  pthread_mutex_lock(&gate);
  ncclResult_t result = ncclSuccess;
  if (!is_alive(comm)) result = fail(ncclInvalidArgument, "the communicator was freed");
  else if (operation.type != ncclFloat32 && operation.type != ncclFloat64) result = fail(ncclInvalidArgument, "no such number format");
  else if (operation.root < 0 || operation.root >= comm->clique->ranks) result = fail(ncclInvalidArgument, "no such root");
  else if (depth == 0 || comm->count == MOST_OPERATIONS) result = fail(ncclInvalidUsage, "no group is open, or it is full");
  else {
    if (!comm->touched) {
      comm->touched = 1;
      open_comms[open_count++] = comm;
    }
    comm->operations[comm->count++] = operation;
  }
  pthread_mutex_unlock(&gate);
  return result;
}

#ifndef WITHOUT_REDUCE
ncclResult_t ncclReduce(
    const void* from, void* to, size_t count, ncclDataType_t type, ncclRedOp_t op, int root, ncclComm_t comm, cudaStream_t stream) {
  if (op != ncclSum || stream) return fail(ncclInvalidArgument, "only sums, on the default stream");
  return put(comm, (Operation){0, from, to, count, type, root});
}
#endif

ncclResult_t ncclBroadcast(const void* from, void* to, size_t count, ncclDataType_t type, int root, ncclComm_t comm, cudaStream_t stream) {
  if (stream) return fail(ncclInvalidArgument, "only on the default stream");
  return put(comm, (Operation){1, from, to, count, type, root});
}

static void leave(ncclComm_t comm) {
  if (++comm->clique->finalized < comm->clique->ranks) return;
  for (int r = 0; r < comm->clique->ranks; r++)
    if (is_alive(comm->clique->members[r])) comm->clique->members[r]->state = ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  pthread_mutex_lock(&gate);
  ncclResult_t result = is_alive(comm) ? ncclInProgress : fail(ncclInvalidArgument, "the communicator was freed");
  if (result == ncclInProgress) {
    comm->state = ncclInProgress;
    leave(comm);
  }
  pthread_mutex_unlock(&gate);
  return result;
}

static ncclResult_t end(ncclComm_t comm, int how) {
  pthread_mutex_lock(&gate);
  ncclResult_t result = ncclSuccess;
  if (is_alive(comm)) {
    if (how == Aborted) leave(comm);
    comm->alive = 0; // its memory stays: whoever comes later is told so
    counts[how]++;
    counts[Live]--;
  } else {
    result = fail(ncclInvalidArgument, "the communicator was freed");
  }
  pthread_mutex_unlock(&gate);
  return result;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) { return end(comm, Destroyed); }
ncclResult_t ncclCommAbort(ncclComm_t comm) { return end(comm, Aborted); }
