#!/usr/bin/env python3
"""Reference sender for authors of editor extensions: Python 3.9, no packages. See docs/sending-keystrokes.md.

MINDFUL_API_KEY=... python3 sender.py QUEUE <keystrokes

Reads one keystroke per line, "MILLISECONDS_SINCE_1970 CLASS", and ends when all are sent. QUEUE is a file that survives
restarts.
"""
import json, os, random, sys, threading, time, urllib.error, urllib.request, uuid

URL = os.environ.get("MINDFUL_URL", "http://localhost:3001")
FILE = sys.argv[1]
BATCH_MAX, UPLOAD_MAX, FLUSH_S, SESSION_GAP_MS = 200, 100, 5, 30 * 60_000
queue = {"session": "", "sequence": 0, "last_ms": 0, "batches": []}
if os.path.exists(FILE):
    with open(FILE) as stored:
        queue = json.load(stored)
times, classes, lock, ended = [], [], threading.RLock(), threading.Event()


def add(ms, key_class):
    with lock:
        is_new = ms - queue["last_ms"] > SESSION_GAP_MS
        if len(times) == BATCH_MAX or is_new:
            close()
        if is_new:
            queue.update(session=str(uuid.uuid4()), sequence=0)
        queue["last_ms"] = max(ms, queue["last_ms"])
        times.append(queue["last_ms"])
        classes.append(key_class)


def close():
    """From here on a batch is in the file, with the id that it keeps until it is answered."""
    with lock:
        if not times:
            return
        intervals = [0] + [later - earlier for earlier, later in zip(times, times[1:])]
        queue["batches"].append({"batch_id": str(uuid.uuid4()), "session_id": queue["session"],
            "sequence": queue["sequence"], "started_at": times[0], "intervals_ms": intervals,
            "key_classes": "".join(classes)})
        queue["sequence"] += 1
        times.clear()
        classes.clear()
        save()


def save():
    with open(FILE + ".new", "w") as stored:
        json.dump(queue, stored)
    os.replace(FILE + ".new", FILE)


def post(path, body):
    headers = {"Authorization": "Bearer " + os.environ["MINDFUL_API_KEY"], "Content-Type": "application/json"}
    try:
        request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, {}
    except OSError:
        return 599, {}, {}  # no answer: as overloaded


def send(count, attempts):
    """Returns how many seconds to wait before the next attempt."""
    batches = queue["batches"][:count]
    status, headers, answer = post("/api/keystrokes", {"sent_at": int(time.time() * 1000), "batches": batches})
    if status in (401, 410):
        sys.exit(f"answered {status}: get a new API key")
    if status in (408, 429) or status >= 500:
        return max(float(headers.get("Retry-After", 0)), min(60, 0.5 * 2 ** attempts) * random.uniform(0.5, 1))
    if status >= 400 and count > 1:
        return send(1, attempts)  # one batch may spoil the request
    kept = []
    for rejected in answer.get("rejected", [{"index": 0, "type": f"status {status}"}]):
        batch = batches[rejected["index"]]
        start = {"session_id": batch["session_id"]}
        if rejected["type"].endswith("unknown-session") and post("/api/sessions/start", start)[0] < 300:
            kept.append(batch)
        else:
            print("batch", batch["batch_id"], "rejected:", rejected["type"], file=sys.stderr)
    with lock:
        queue["batches"] = kept + queue["batches"][len(batches):]
        save()
    return 0


def send_all():
    attempts, closed = 0, time.monotonic()
    while not ended.is_set() or times or queue["batches"]:
        if ended.is_set() or time.monotonic() - closed > FLUSH_S:
            close()
            closed = time.monotonic()
        pause = send(UPLOAD_MAX, attempts) if queue["batches"] else 0.1
        attempts = attempts + 1 if pause > 0.1 else 0
        time.sleep(pause)


sender = threading.Thread(target=send_all, daemon=True)
sender.start()
for line in sys.stdin:
    add(int(line.split()[0]), line.split()[1])
ended.set()
sender.join()
