#!/usr/bin/env python3
"""run_gateway.py - the gateway beside nginx with TLS and auth_request, in one run, as ratios.

Starts the demo hospital, a Halligan before its record server, and an nginx before the same record
server that asks a service, a second nginx, which answers 204 and neither decides nor records. What is
read is one Observation of 4 KB. wrk loads both in turns, A B A B; answers are checked for their content before and after. Prints requests a second, CPU
a request of the proxy and its service, and the median ratio with its spread; void where the peer itself
spreads more than 15 %. Then one connection, beside nginx plain and a bare fdatasync; and searches that
answer with bundles, beside nginx plain. Nothing passes or fails by these figures.
"""
import argparse
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pids):
    """User and system time of these processes, threads included."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [pid, *map(int, listed)]


NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
"""
SERVICE = NGINX + """
  server {{ listen 127.0.0.1:{auth}; location / {{ return 204; }} }}
}}
"""
PROXY = NGINX + """
  upstream records {{ server {records}; keepalive 64; }}
  upstream auth {{ server 127.0.0.1:{auth}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};
    location /fhir/ {{
      auth_request /_auth; proxy_pass http://records; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer {credential}";
    }}
    location /plain/ {{
      proxy_pass http://records/; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer {credential}";
    }}
    location = /_auth {{
      internal; proxy_pass http://auth; proxy_pass_request_body off; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Content-Length "";
    }}
  }}
}}
"""


def load(url, token, seconds, connections):
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}", url],
                         capture_output=True, text=True, check=True).stdout
    if re.search(r"Non-2xx", out):
        sys.exit(f"an answer was not 200:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    half = re.search(r"50%\s+([\d.]+\w+)", out).group(1)
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1}
    number, name = re.match(r"([\d.]+)(\w+)", half).groups()
    return rate, float(number) * unit[name]


def fdatasync_seconds(folder):
    """p50 of 4 KiB and fdatasync in a file of zeros on the ledger's disk."""
    took = []
    with open(folder / "floor", "wb+", buffering=0) as file:
        file.write(bytes(4 << 20))
        os.fsync(file.fileno())
        for i in range(400):
            start = time.perf_counter()
            os.pwrite(file.fileno(), bytes([i % 256]) * 4096, i % 1024 * 4096)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - start)
    return statistics.median(took)


class Side:
    """One of those that take turns: its address, its processes, and what was measured of it."""

    def __init__(self, name, base, pids):
        self.name, self.base, self.pids = name, base, pids
        self.rates, self.cpus, self.halves = [], [], []

    def turn(self, path, token, options, connections):
        before = cpu_seconds(self.pids)
        rate, half = load(self.base + path, token, options.seconds, connections)
        self.rates.append(rate)
        self.halves.append(half)
        self.cpus.append((cpu_seconds(self.pids) - before) / (rate * options.seconds))

    def line(self):
        return (f"  {self.name:17} {statistics.median(self.rates):8.0f} requests/s   p50 {statistics.median(self.halves) * 1e6:8.0f} us   "
                f"CPU {statistics.median(self.cpus) * 1e6:7.1f} us a request")


def ratio(ours, theirs):
    ratios = sorted(a / b for a, b in zip(ours, theirs))
    spread = (max(theirs) - min(theirs)) / statistics.median(theirs)
    void = "   VOID: the peer itself spreads" if spread > 0.15 else ""
    return f"{statistics.median(ratios):.2f} x (min {ratios[0]:.2f}, max {ratios[-1]:.2f}; the peer spreads {spread:.0%}){void}"


def take_turns(title, sides, path, token, options, connections, check):
    for _ in range(options.rounds):
        for side in sides:
            check(side.base)
            side.turn(path, token, options, connections)
            check(side.base)
    print(title)
    for side in sides:
        print(side.line(), flush=True)


def send(url, method, token, context=None, body=None):
    request = urllib.request.Request(url, method=method, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"},
                                     data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, context=context) as answer:
        return json.load(answer)


def observation(patient, number, words=4):
    """About 860 bytes, as the server keeps it; each word more is 53."""
    return {"resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient}"},
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}], "text": "Potassium"},
            "effectiveDateTime": f"2026-03-{1 + number % 28:02}T08:00:00Z", "issued": f"2026-03-{1 + number % 28:02}T09:00:00Z",
            "valueQuantity": {"value": 3.5 + number % 10 / 10, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
            "note": [{"text": "haemolysis excluded; sample taken from the left arm; " * words}]}


def fill(upstream, credential, patient, wanted):
    have = send(f"http://{upstream}/fhir/Observation?patient={patient}&_summary=count", "GET", credential).get("total", 0)
    for number in range(have, wanted):
        send(f"http://{upstream}/fhir/Observation", "POST", credential, body=observation(patient, number))


def read_pages(base, path, token, context):
    """Follows the links to the end: how many resources came, and how many bytes of pages."""
    count, url = 0, base + path
    while url:
        page = send(url, "GET", token, context)
        count += sum(1 for entry in page.get("entry", []) if entry.get("search", {}).get("mode") != "outcome")
        url = next((link["url"] for link in page.get("link", []) if link["relation"] == "next"), None)
    return count


def resident_kib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))


def bundles(options, sides, upstream, credential, token, context):
    """A page of 100 resources, each looked at and decided; then many pages."""
    patient = "p-000001"
    fill(upstream, credential, patient, 100)
    path = f"/fhir/Observation?patient={patient}&_count=100"

    def check(base):
        page = send(base + path, "GET", token, context)
        found = [entry["resource"] for entry in page["entry"] if entry["resource"]["resourceType"] == "Observation"]
        assert len(found) == 100 and all(each["subject"]["reference"] == f"Patient/{patient}" for each in found), len(found)

    size = len(json.dumps(send(sides[0].base + path, "GET", token, context)))
    take_turns(f"a bundle of 100 resources, {size // 1024} KB, 4 connections", sides, path, token, options, 4, check)
    print(f"CPU a bundle, beside nginx plain: {ratio(sides[0].cpus, sides[1].cpus)} (aim: 3)")
    for wanted in map(int, options.resources.split(",")):
        fill(upstream, credential, patient, wanted)
        before, started = resident_kib(sides[0].pids[0]), cpu_seconds(sides[0].pids)
        count = read_pages(sides[0].base, path, token, context)
        spent = cpu_seconds(sides[0].pids) - started
        print(f"{count} resources, page by page: CPU {spent / count * 1e6:.0f} us a resource, memory {before // 1024} to {resident_kib(sides[0].pids[0]) // 1024} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(TREE / "build/release/halligan"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--resources", default="1000,4000", help="of one chart, read page by page")
    parser.add_argument("--parts", default="read,alone,bundles", help="which of these to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="halligan-bench-") as folder:
        demo = subprocess.Popen([sys.executable, str(TREE / "demo/start.py"), "--binary", options.binary, "--dir", f"{folder}/demo", "--staff", "60",
                                 "--patients", "60", "--port", str(free_port()), "--records-port", str(free_port())],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            for line in demo.stdout:
                if "is open" in line:
                    break
            else:
                sys.exit("the demo did not start")
            threading.Thread(target=demo.stdout.read, daemon=True).start()
            measure(options, pathlib.Path(folder), demo)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def start_nginx(folder, text, **places):
    folder.mkdir()
    conf = folder / "nginx.conf"
    conf.write_text(text.format(dir=folder, **places))
    return subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-e", str(folder / "start.log"), "-c", str(conf)])


def measure(options, folder, demo):
    env = dict(re.findall(r"export (\w+)=(\S+)", (folder / "demo/env").read_text()))
    server = env["HALLIGAN_SERVER"]
    shell = {**os.environ, "HALLIGAN_SERVER": server, "HALLIGAN_CA": env["HALLIGAN_CA"], "HALLIGAN_SESSION": str(folder / "session")}
    subprocess.run([options.binary, "sign-in", "a.osei", "--secrets", str(folder / "demo/secrets.json")], env=shell, check=True, stdout=subprocess.DEVNULL)
    token = json.loads((folder / "session").read_text())["token"]
    records = subprocess.run(["pgrep", "-af", "fhir-server.mjs"], capture_output=True, text=True).stdout
    port = re.search(re.escape(str(folder)) + r".*?--port (\d+)|--port (\d+).*?" + re.escape(str(folder)), records)
    upstream = "127.0.0.1:" + next(p for p in port.groups() if p)
    credential = (folder / "demo/credential").read_text().strip()
    peer, auth = free_port(), free_port()
    nginx = [start_nginx(folder / name, text, records=upstream, auth=auth, port=peer, credential=credential, cert=folder / "demo/data/tls.crt",
                         key=folder / "demo/data/tls.key") for name, text in (("service", SERVICE), ("proxy", PROXY))]
    try:
        time.sleep(0.7)
        kept = send(f"http://{upstream}/fhir/Observation", "POST", credential, body=observation("p-000001", 1, words=64))
        path = f"/fhir/Observation/{kept['id']}"
        context = ssl.create_default_context(cafile=env["HALLIGAN_CA"])

        def check(base):
            body = send(base + path, "GET", token, context)
            assert body["id"] == kept["id"] and body["note"] == kept["note"], body
        found = subprocess.run(["pgrep", "-f", f"serve --dir {folder}"], capture_output=True, text=True).stdout.split()
        ours = [int(p) for p in found[:1]]
        proxy = [pid for each in nginx for pid in children(each.pid)]

        def sides(peer_name, place):
            return [Side("halligan", server, ours), Side(peer_name, f"https://127.0.0.1:{peer}{place}", proxy)]
        parts = options.parts.split(",")
        if "read" in parts:
            asked = sides("nginx auth_request", "")
            take_turns(f"one read of {len(json.dumps(kept))} bytes, {options.connections} connections (every answer of ours has its durable entry; nginx decides and records nothing)",
                       asked, path, token, options, options.connections, check)
            print(f"throughput, beside nginx TLS auth_request: {ratio(asked[0].rates, asked[1].rates)} (aim: 1)")
            print(f"CPU a request, beside nginx with its service: {ratio(asked[0].cpus, asked[1].cpus)} (aim: 1)", flush=True)
        if "alone" in parts:
            alone = sides("nginx plain", "/plain")
            floor = fdatasync_seconds(folder)
            take_turns("one connection", alone, path, token, options, 1, check)
            added = statistics.median(a - b for a, b in zip(alone[0].halves, alone[1].halves))
            print(f"added p50: {added * 1e6:.0f} us; a bare fdatasync took {floor * 1e6:.0f} us (aim: fdatasync + 50 us)", flush=True)
        if "bundles" in parts:
            bundles(options, sides("nginx plain", "/plain"), upstream, credential, token, context)
    finally:
        for each in nginx:
            each.terminate()
            each.wait()


if __name__ == "__main__":
    main()
