"""Joins the output of keycheck --json for the parts of a corpus into the output of one run: join.py < LINES.

One object for each key, in the order of the places, with all findings and the final verdict. Needs some hundred bytes of
memory for each key.
"""

import json
import sys

keys = {}
errors = []
for line in sys.stdin:
    key = json.loads(line)
    if "schema" in key:
        # The totals are of a single run.
        continue
    if "findings" not in key:
        errors.append(line)
        continue
    place = key["file"], key["line"]
    # A second object for a key has the late findings; it may come first here.
    first = keys.setdefault(place, key)
    if first is not key:
        late, first = (first, key) if first.get("late") else (key, first)
        first["findings"] += [finding for finding in late["findings"] if finding not in first["findings"]]
        keys[place] = first

seen = {}
for place, key in sorted(keys.items()):
    # A key that is in several parts is found by its fingerprint, whatever its type.
    findings = [finding for finding in key["findings"] if finding["check"] != "duplicate"]
    first = seen.setdefault(key["fingerprint"], place)
    if first != place:
        other = {"file": first[0], "fingerprint": key["fingerprint"], "line": first[1]}
        message = f"the same key as {first[0]}:{first[1]}"
        findings.append({"check": "duplicate", "message": message, "severity": "note", "with": [other]})
    if any(finding["severity"] == "error" for finding in findings):
        key["verdict"] = "fail"
    print(json.dumps({**key, "findings": findings}, ensure_ascii=False))
sys.stdout.write("".join(errors))
