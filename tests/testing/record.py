#!/usr/bin/env python3
"""Records what `terraform test` says of each case, so that tests/testing.rs can hold terrace to it.

record.py [CASE...] runs the cases (all without arguments) through the `terraform` on the PATH and writes the sections
`exit`, `stdout`, `problems`, `events` and `junit` anew. A case that begins with `# terrace` is terrace's own: it has no
oracle, and is written anew only by the program that TERRACE names, to be read by somebody who knows what is right.
"""
import json, os, re, subprocess, sys, tempfile
from pathlib import Path

CASES = Path(__file__).parent / "cases"
RESULTS = ("exit", "stdout", "problems", "events", "junit")


def read(path):
    """The comment and the sections of a case."""
    parts = re.split(r"^-- (\S+) --\n", path.read_text(), flags=re.M)
    return parts[0], dict(zip(parts[1::2], parts[2::2]))


def problem(event):
    """One line for a diagnostic: whose, how bad, what, where."""
    d = event["diagnostic"]
    place = d.get("range")
    where = f" at {place['filename']}:{place['start']['line']}" if place else ""
    whose = "/".join(x for x in (event.get("@testfile"), event.get("@testrun")) if x)
    return f"{whose or '-'}: {d['severity']}: {d['summary']}{where}\n"


def told(event):
    """One line for an event: what people read, and what programs read."""
    kind = event["type"]
    payload = event.get(kind)
    if kind in ("test_plan", "test_state"):
        payload = None  # the plan formats have tests of their own
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    text = re.sub(r'"elapsed":\d+', '"elapsed":0', text)
    return f"{kind} {event['@message']!r} {text}\n"


def junit(text):
    """The report without times, and without the texts of problems, which are each program's own."""
    text = re.sub(r' (time|timestamp)="[^"]*"', "", text)
    return re.sub(r"(<(?:error|system-err|failure)[^>]*>)<!\[CDATA\[.*?\]\]>", r"\1", text, flags=re.S) + "\n"


def record(path):
    comment, sections = read(path)
    program = "terraform"
    if comment.startswith("# terrace"):
        program = os.environ.get("TERRACE")
        if not program:
            return
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sections.items():
            if name not in RESULTS and name != "args":
                file = Path(folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        environment = dict(os.environ, TF_CLI_CONFIG_FILE="/dev/null", CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")

        def run(*args):
            return subprocess.run([program, *args], cwd=folder, env=environment, capture_output=True, text=True)

        args = sections.get("args", "").split()
        init = run("init", "-no-color", *[a for a in args if "test-directory" in a]) if program == "terraform" else None
        text = run("test", "-no-color", *args)
        lines = run("test", "-json", *args).stdout.splitlines()
        run("test", "-junit-xml=report.xml", *args)
        report = Path(folder, "report.xml")
        events = [json.loads(line) for line in lines]
        results = {
            "exit": f"{text.returncode}\n",
            "stdout": text.stdout,
            "problems": "".join(problem(e) for e in events if e["type"] == "diagnostic"),
            "events": "".join(told(e) for e in events if e["type"] not in ("diagnostic", "version")),
            "junit": junit(report.read_text()) if report.exists() else "",
        }
        if "-v" in sys.argv:
            print("#####", path.stem, init.stderr if init else "", text.stdout, text.stderr)
    given = {name: body for name, body in sections.items() if name not in RESULTS}
    whole = {**given, **results}
    path.write_text(comment + "".join(f"-- {name} --\n{body}" for name, body in whole.items()))


if __name__ == "__main__":
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    for path in sorted(CASES.glob("*.txt")):
        if not wanted or path.stem in wanted:
            record(path)
