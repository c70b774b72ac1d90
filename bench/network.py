#!/usr/bin/env python3
"""What a network of real nodes takes, see `scripts/bench network`.

    network.py [--authorities N]... [--epoch SECONDS] [--json]

Starts each network with symbolon-testnet, reads its blocks, and lets a device and a registrar do
their part with the symbolon command through a proxy that counts what they download. Programs are
taken from PATH, and the node from SYMBOLON_NODE.
"""

import argparse
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

# Pallet and call indices, see docs/protocol.md.
TIMESTAMP, DTA = 1, 10
PHASES = ["register", "deal", "judge", "confirm"]
# A committee's transaction: general, version 5, extensions' version 0, immortal, nonce 0.
GENERAL = bytes([0x45, 0, 0, 0])


def call(url, method, params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    request = urllib.request.Request(
        url, body.encode(), headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer = json.load(answer)
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']}")
    return answer["result"]


def compact(data):
    """A SCALE compact integer: its value, and what follows it."""
    mode = data[0] & 3
    if mode == 3:
        length = (data[0] >> 2) + 4
        return int.from_bytes(data[1 : 1 + length], "little"), data[1 + length :]
    length = 1 << mode
    return int.from_bytes(data[:length], "little") >> 2, data[length:]


class Proxy(http.server.ThreadingHTTPServer):
    """Passes JSON-RPC on to a node and keeps what came back, by method."""

    def __init__(self, node):
        super().__init__(("127.0.0.1", 0), Handler)
        self.node = node
        self.answers = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def taken(self):
        """The answers since the last time: (method, bytes of the body, result)."""
        answers, self.answers = self.answers, []
        return answers


class Handler(http.server.BaseHTTPRequestHandler):
    """One request of the proxy."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        request = urllib.request.Request(
            self.server.node, body, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer = answer.read()
        self.server.answers.append(
            (json.loads(body)["method"], len(answer), json.loads(answer).get("result"))
        )
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def symbolon(*arguments):
    """Runs the command; gives its JSON and the seconds it took."""
    start = time.monotonic()
    run = subprocess.run(["symbolon", "--json", *arguments], capture_output=True, check=False)
    if run.returncode != 0:
        said = (run.stdout + run.stderr).decode()
        raise RuntimeError(f"symbolon {' '.join(arguments)}: {said}")
    return json.loads(run.stdout), time.monotonic() - start


def octets(text):
    return 0 if text is None else len(text) // 2 - 1


def ceremony(node, activated):
    """Blocks 1 to the activation: seconds, and each phase's calls, bytes and blocks."""
    phases = {phase: {"calls": 0, "bytes": 0, "blocks": []} for phase in PHASES}
    times = {}
    for number in range(1, activated + 1):
        block = call(node, "chain_getBlock", [call(node, "chain_getBlockHash", [number])])
        for text in block["block"]["extrinsics"]:
            whole = bytes.fromhex(text[2:])
            _, extrinsic = compact(whole)
            if extrinsic[1:3] == bytes([TIMESTAMP, 0]):
                times[number], _ = compact(extrinsic[3:])
            elif extrinsic.startswith(GENERAL) and extrinsic[4] == DTA:
                phase = phases[PHASES[extrinsic[5]]]
                phase["calls"] += 1
                phase["bytes"] += len(whole)
                phase["blocks"].append(number)
            else:
                raise RuntimeError(f"block {number} holds something else: {text[:40]}")
    for phase in phases.values():
        phase["blocks"] = [min(phase["blocks"]), max(phase["blocks"])]
    return {
        "activated_in_block": activated,
        "seconds_from_block_1": (times[activated] - times[1]) / 1000,
        "bytes": sum(phase["bytes"] for phase in phases.values()),
        "phases": phases,
    }


def downloads(answers):
    """What a command downloaded: each bundle of proofs, each permit, and all bodies together."""
    bundles = [
        {"warp": octets(result["warp"]), "storage": octets(result["storage"])}
        for method, _, result in answers
        if method == "symbolon_prove"
    ]
    # Level, index and point of a permit in their SCALE form.
    permits = [
        1 + 8 + octets(result["permit"]) if result else 0
        for method, _, result in answers
        if method == "symbolon_permit"
    ]
    return {
        "requests": len(answers),
        "bundles": bundles,
        "permits": permits,
        "http_bodies": sum(length for _, length, _ in answers),
    }


def device(network, work, proxy):
    """A device's way from its request to a valid signature."""
    store, name = str(work / "device"), f"pump-7@{network['namespace']}"
    options = ["--anchor", network["anchor"]]
    online = [*options, "--rpc", proxy.url]
    symbolon(*options, "device", "new", name, "--store", store)
    twin = shutil.copytree(store, work / "twin")
    start = time.monotonic()
    registrar = ["--rpc", network["nodes"][0]["rpc"], "--key", network["registrar_key"]]
    symbolon(*options, "registrar", "register", *registrar, f"{store}/request.json")
    registered = time.monotonic() - start
    symbolon(*online, "device", "enroll", "--store", store)
    enrolled = time.monotonic() - start
    result = {
        "seconds_to_proved_registration": registered,
        "seconds_to_enrolled_keys": enrolled,
        "enroll": downloads(proxy.taken()),
    }
    # The same device once more, now that all answers are there: nothing to wait for.
    symbolon(*online, "device", "enroll", "--store", str(twin))
    result["enroll_without_waiting"] = downloads(proxy.taken())
    symbolon(*online, "device", "refresh", "--store", store)
    result["refresh_after_enroll"] = downloads(proxy.taken())
    symbolon(*online, "device", "refresh", "--store", store)
    result["refresh_with_the_permit_at_hand"] = downloads(proxy.taken())
    file = work / "file"
    file.write_text("a file\n")
    _, result["seconds_of_sign_command"] = symbolon("sign", "--store", store, str(file))
    _, result["seconds_of_verify_command"] = symbolon(
        *options, "verify", "--identity", name, str(file), f"{file}.sig"
    )
    result["signature_bytes"] = pathlib.Path(f"{file}.sig").stat().st_size
    return result


def stranger(network, proxy, state):
    """First contact of somebody who has the anchor only."""
    symbolon("--anchor", network["anchor"], "--rpc", proxy.url, "params", "--state", str(state))
    return downloads(proxy.taken())


def measure(authorities, epoch):
    """All numbers of one network."""
    with tempfile.TemporaryDirectory(prefix="symbolon-bench-") as work:
        work = pathlib.Path(work)
        command = ["symbolon-testnet", "up", "--authorities", str(authorities)]
        command += ["--epoch", f"{epoch}s", "--dir", str(work / "network"), "--json"]
        testnet = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            line = testnet.stdout.readline()
            if not line:
                raise RuntimeError(f"symbolon-testnet ended with {testnet.wait()}")
            network = json.loads(line)
            node = network["nodes"][0]["rpc"]
            options = ["--anchor", network["anchor"], "--rpc", node]
            activated = symbolon(*options, "params", "--state", str(work / "state"))[0]["activated"]
            proxy = Proxy(node)
            return {
                "authorities": authorities,
                "ceremony": ceremony(node, activated),
                "first_contact": stranger(network, proxy, work / "stranger.state"),
                "device": device(network, work, proxy),
                "load": os.getloadavg()[0],
            }
        finally:
            testnet.send_signal(signal.SIGTERM)
            testnet.wait(timeout=60)


def print_downloads(name, it):
    bundles = ", ".join(f"{b['warp']} B warp + {b['storage']} B state" for b in it["bundles"])
    permits = ", ".join(f"{p} B permit" for p in it["permits"])
    parts = "; ".join(part for part in [bundles, permits] if part) or "nothing"
    print(f"  {name}: {parts} ({it['requests']} requests, {it['http_bodies']} B of JSON)")


def print_text(it):
    print(f"{it['authorities']} authorities (load average {it['load']:.1f})")
    made = it["ceremony"]
    print(
        f"  ceremony: active in block {made['activated_in_block']}, "
        f"{made['seconds_from_block_1']:.1f} s after block 1, {made['bytes']} B on chain"
    )
    for name, phase in made["phases"].items():
        first, last = phase["blocks"]
        print(f"    {name:<9} {phase['calls']} calls, {phase['bytes']:>6} B, blocks {first}-{last}")
    way = it["device"]
    print(f"  registered, finalized and proved after {way['seconds_to_proved_registration']:.1f} s")
    print(f"  keys enrolled after {way['seconds_to_enrolled_keys']:.1f} s")
    print_downloads("first contact with the anchor only", it["first_contact"])
    waited = way["enroll"]
    print(
        f"  enroll, waiting for the answers: {len(waited['bundles'])} bundles, "
        f"{waited['http_bodies']} B of JSON"
    )
    print_downloads("enroll, answers at hand", way["enroll_without_waiting"])
    print_downloads("refresh, the first", way["refresh_after_enroll"])
    print_downloads("refresh, permits at hand", way["refresh_with_the_permit_at_hand"])
    print(
        f"  signature of {way['signature_bytes']} B; the sign command takes "
        f"{way['seconds_of_sign_command'] * 1000:.0f} ms, verify "
        f"{way['seconds_of_verify_command'] * 1000:.0f} ms"
    )


def main():
    parser = argparse.ArgumentParser(description="Measures networks of real nodes.")
    parser.add_argument("--authorities", type=int, action="append")
    parser.add_argument("--epoch", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = []
    for authorities in arguments.authorities or [4, 7]:
        results.append(measure(authorities, arguments.epoch))
        if not arguments.json:
            print_text(results[-1])
    if arguments.json:
        print(json.dumps(results))


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"network.py: {error}")
