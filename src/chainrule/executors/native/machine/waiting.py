"""The code of threads that wait for work: places in the memory that they share in, a module in LLVM's language out.

One idea: whoever takes a part takes it by one exchange of one word, and nobody holds anything while he works.
"""

from __future__ import annotations

# %pool is the memory that `pool` describes. A part is claimed by taking one from `remaining`, and what it needs is read
# after that: the task cannot end before a part that was claimed. `pending` counts the parts that are not done, and one
# more for the caller until it sleeps; who takes the last one wakes it. A worker says that it sleeps before it looks for
# the last time, a caller looks who sleeps after it has put its task there: one of them sees the other.
TEXT = """
define void @run(ptr %pool, ptr %task, ptr %args, i64 %parts) nounwind {{
  %busyp = getelementptr i64, ptr %pool, i64 {busy}
  %pair = cmpxchg ptr %busyp, i64 0, i64 1 seq_cst seq_cst
  %won = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %won, label %lead, label %alone
alone:
  br label %each
each:
  %place = phi i64 [0, %alone], [%following, %each]
  call void %task(ptr %args, i64 %place)
  %following = add i64 %place, 1
  %more = icmp ult i64 %following, %parts
  br i1 %more, label %each, label %end
end:
  ret void
lead:
  %startedp = getelementptr i64, ptr %pool, i64 {started}
  %started = load i64, ptr %startedp
  %new = icmp eq i64 %started, 0
  br i1 %new, label %begin, label %begun
begin:
  call void @begin(ptr %pool)
  br label %begun
begun:
  %alonep = getelementptr i64, ptr %pool, i64 {alone}
  %calls = load i64, ptr %alonep
  %crowded = icmp ne i64 %calls, 0
  br i1 %crowded, label %aside, label %ready
aside:
  %fewer = sub i64 %calls, 1
  store i64 %fewer, ptr %alonep
  store atomic i64 0, ptr %busyp seq_cst, align 8
  br label %alone
ready:
  %start = call i64 @now(ptr %pool)
  %taskp = getelementptr i64, ptr %pool, i64 {task}
  store ptr %task, ptr %taskp
  %argsp = getelementptr i64, ptr %pool, i64 {arguments}
  store ptr %args, ptr %argsp
  %pendingp = getelementptr i64, ptr %pool, i64 {pending}
  %all = add i64 %parts, 1
  store atomic i64 %all, ptr %pendingp release, align 8
  store atomic i64 %parts, ptr %pool seq_cst, align 8
  %others = sub i64 %parts, 1
  %workersp = getelementptr i64, ptr %pool, i64 {workers}
  %workers = load i64, ptr %workersp
  %few = icmp ult i64 %workers, %others
  %helpers = select i1 %few, i64 %workers, i64 %others
  %none = icmp eq i64 %helpers, 0
  br i1 %none, label %work, label %wake
wake:
  %which = phi i64 [0, %ready], [%then, %woken]
  %far = mul i64 %which, {apart}
  %near = add i64 %far, {first}
  %slot = getelementptr i64, ptr %pool, i64 %near
  %slept = atomicrmw xchg ptr %slot, i64 0 seq_cst
  %asleep = icmp eq i64 %slept, 1
  br i1 %asleep, label %rouse, label %woken
rouse:
  %lockp = getelementptr i64, ptr %slot, i64 1
  %lock = load ptr, ptr %lockp
  call void @release(ptr %pool, ptr %lock)
  br label %woken
woken:
  %then = add i64 %which, 1
  %again = icmp ult i64 %then, %helpers
  br i1 %again, label %wake, label %work
work:
  %own = call i64 @take(ptr %pool)
  %finish = call i64 @now(ptr %pool)
  %turnsp = getelementptr i64, ptr %pool, i64 {turns}
  %turns = load i64, ptr %turnsp
  br label %look
look:
  %turn = phi i64 [0, %work], [%next, %wait]
  %left = load atomic i64, ptr %pendingp acquire, align 8
  %over = icmp eq i64 %left, 1
  br i1 %over, label %leave, label %wait
wait:
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %sleep
sleep:
  %before = atomicrmw sub ptr %pendingp, i64 1 acq_rel
  %last = icmp eq i64 %before, 1
  br i1 %last, label %leave, label %block
block:
  %donep = getelementptr i64, ptr %pool, i64 {done}
  %done = load ptr, ptr %donep
  call void @acquire(ptr %pool, ptr %done)
  br label %leave
leave:
  %slow = phi i1 [false, %look], [true, %sleep], [true, %block]
  %any = icmp ne i64 %own, 0
  %judge = and i1 %slow, %any
  br i1 %judge, label %weigh, label %fine
weigh:
  %now = call i64 @now(ptr %pool)
  %waited = sub i64 %now, %finish
  %worked = sub i64 %finish, %start
  %one = udiv i64 %worked, %own
  %two = mul i64 %one, 2
  %much = add i64 %two, {much}
  %late = icmp ugt i64 %waited, %much
  br i1 %late, label %held, label %fine
held:
  %afterp = getelementptr i64, ptr %pool, i64 {after}
  %last_time = load i64, ptr %afterp
  %double = mul i64 %last_time, 2
  %longer = add i64 %double, 2
  %limited = icmp ult i64 %longer, {most}
  %this_time = select i1 %limited, i64 %longer, i64 {most}
  store i64 %this_time, ptr %afterp
  store i64 %this_time, ptr %alonep
  br label %free
fine:
  %resetp = getelementptr i64, ptr %pool, i64 {after}
  store i64 0, ptr %resetp
  br label %free
free:
  store atomic i64 0, ptr %busyp seq_cst, align 8
  ret void
}}

define internal i64 @now(ptr %pool) nounwind {{
  %clockp = getelementptr i64, ptr %pool, i64 {clock}
  %clock = load ptr, ptr %clockp
  %none = icmp eq ptr %clock, null
  br i1 %none, label %never, label %ask
never:
  ret i64 0
ask:
  %time = alloca [2 x i64]
  %failed = call i32 %clock(i32 {monotonic}, ptr %time)
  %seconds = load i64, ptr %time
  %restp = getelementptr i64, ptr %time, i64 1
  %rest = load i64, ptr %restp
  %whole = mul i64 %seconds, 1000000000
  %all = add i64 %whole, %rest
  ret i64 %all
}}

define internal i64 @take(ptr %pool) nounwind {{
  %pendingp = getelementptr i64, ptr %pool, i64 {pending}
  br label %look
look:
  %taken = phi i64 [0, %0], [%taken, %claim], [%more, %run], [%more, %tell]
  %left = load atomic i64, ptr %pool acquire, align 8
  %none = icmp eq i64 %left, 0
  br i1 %none, label %end, label %claim
claim:
  %part = sub i64 %left, 1
  %pair = cmpxchg ptr %pool, i64 %left, i64 %part seq_cst seq_cst
  %won = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %won, label %run, label %look
run:
  %taskp = getelementptr i64, ptr %pool, i64 {task}
  %task = load ptr, ptr %taskp
  %argsp = getelementptr i64, ptr %pool, i64 {arguments}
  %args = load ptr, ptr %argsp
  call void %task(ptr %args, i64 %part)
  %more = add i64 %taken, 1
  %before = atomicrmw sub ptr %pendingp, i64 1 acq_rel
  %last = icmp eq i64 %before, 1
  br i1 %last, label %tell, label %look
tell:
  %donep = getelementptr i64, ptr %pool, i64 {done}
  %done = load ptr, ptr %donep
  call void @release(ptr %pool, ptr %done)
  br label %look
end:
  ret i64 %taken
}}

define void @worker(ptr %slot) nounwind {{
  %poolp = getelementptr i64, ptr %slot, i64 2
  %pool = load ptr, ptr %poolp
  %lockp = getelementptr i64, ptr %slot, i64 1
  %lock = load ptr, ptr %lockp
  %turnsp = getelementptr i64, ptr %pool, i64 {turns}
  %turns = load i64, ptr %turnsp
  br label %work
work:
  %taken = call i64 @take(ptr %pool)
  br label %look
look:
  %turn = phi i64 [0, %work], [%next, %wait]
  %left = load atomic i64, ptr %pool acquire, align 8
  %some = icmp ne i64 %left, 0
  br i1 %some, label %work, label %wait
wait:
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %drowse
drowse:
  store atomic i64 1, ptr %slot seq_cst, align 8
  %late = load atomic i64, ptr %pool seq_cst, align 8
  %missed = icmp ne i64 %late, 0
  br i1 %missed, label %up, label %sleep
up:
  %mine = atomicrmw xchg ptr %slot, i64 0 seq_cst
  %still = icmp eq i64 %mine, 1
  br i1 %still, label %work, label %sleep
sleep:
  call void @acquire(ptr %pool, ptr %lock)
  br label %work
}}

define internal void @begin(ptr %pool) nounwind {{
  %startedp = getelementptr i64, ptr %pool, i64 {started}
  store i64 1, ptr %startedp
  %workersp = getelementptr i64, ptr %pool, i64 {workers}
  %workers = load i64, ptr %workersp
  %startp = getelementptr i64, ptr %pool, i64 {start}
  %start = load ptr, ptr %startp
  br label %look
look:
  %which = phi i64 [0, %0], [%following, %make]
  %more = icmp ult i64 %which, %workers
  br i1 %more, label %make, label %end
make:
  %far = mul i64 %which, {apart}
  %near = add i64 %far, {first}
  %slot = getelementptr i64, ptr %pool, i64 %near
  %made = call i64 %start(ptr @worker, ptr %slot)
  %following = add i64 %which, 1
  br label %look
end:
  ret void
}}

define internal void @acquire(ptr %pool, ptr %lock) nounwind {{
  %functionp = getelementptr i64, ptr %pool, i64 {acquire}
  %function = load ptr, ptr %functionp
  %got = call i32 %function(ptr %lock, i32 1)
  ret void
}}

define internal void @release(ptr %pool, ptr %lock) nounwind {{
  %functionp = getelementptr i64, ptr %pool, i64 {release}
  %function = load ptr, ptr %functionp
  call void %function(ptr %lock)
  ret void
}}

define void @look_again(ptr %pool, i64 %turns) nounwind {{
  br label %look
look:
  %turn = phi i64 [0, %0], [%next, %look]
  %left = load atomic i64, ptr %pool acquire, align 8
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %end
end:
  ret void
}}
{declared}
"""
_PAUSES = {
    "x86_64": ("call void @llvm.x86.sse2.pause()", "declare void @llvm.x86.sse2.pause()"),
    "aarch64": ("call void @llvm.aarch64.hint(i32 1)", "declare void @llvm.aarch64.hint(i32)"),
    "arm64": ("call void @llvm.aarch64.hint(i32 1)", "declare void @llvm.aarch64.hint(i32)"),
}


def module(triple: str, **places: int) -> str:
    """The functions `run`, `worker` and `look_again`. `triple`: the processor, for its way to wait for a moment."""
    pause, declared = _PAUSES.get(triple.split("-")[0], ("", ""))
    return TEXT.format(pause=pause, declared=declared, **places)
