#!/usr/bin/env python3
"""run_gateway.py - the gateway beside nginx with TLS and auth_request, in one run, as ratios.

Starts the demo hospital, a Halligan before its record server, and an nginx before the same record
server that asks a service which answers 204 and neither decides nor records. wrk loads both in
turns, A B A B; answers are checked for their content before and after. Prints requests a second, CPU
a request of the proxy itself, and the median ratio with its spread; void where the peer itself
spreads more than 15 %. Nothing passes or fails by these figures.
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
  upstream records {{ server {records}; keepalive 64; }}
  server {{ listen 127.0.0.1:{auth}; location / {{ return 204; }} }}
  upstream auth {{ server 127.0.0.1:{auth}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};
    location /fhir/ {{
      auth_request /_auth; proxy_pass http://records; proxy_http_version 1.1;
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
    return rate, half


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(TREE / "build/release/halligan"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
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
    (folder / "nginx").mkdir()
    (folder / "nginx.conf").write_text(NGINX.format(dir=folder / "nginx", records=upstream, auth=auth, port=peer, credential=credential,
                                                    cert=folder / "demo/data/tls.crt", key=folder / "demo/data/tls.key"))
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder / "nginx"), "-e", str(folder / "nginx/start.log"), "-c", str(folder / "nginx.conf")])
    try:
        time.sleep(0.7)
        path = "/fhir/Patient/p-000001"
        context = ssl.create_default_context(cafile=env["HALLIGAN_CA"])

        def check(base):
            request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})
            body = json.load(urllib.request.urlopen(request, context=context))
            assert body["resourceType"] == "Patient" and body["id"] == "p-000001", body
        bases = {"halligan": server, "nginx": f"https://127.0.0.1:{peer}"}
        halligan = subprocess.run(["pgrep", "-f", f"serve --dir {folder}"], capture_output=True, text=True).stdout.split()
        pids = {"halligan": [int(p) for p in halligan[:1]], "nginx": children(nginx.pid)}
        rates = {name: [] for name in bases}
        for _ in range(options.rounds):
            for name, base in bases.items():
                check(base)
                before = cpu_seconds(pids[name])
                rate, half = load(base + path, token, options.seconds, options.connections)
                cpu = (cpu_seconds(pids[name]) - before) / (rate * options.seconds)
                check(base)
                rates[name].append(rate)
                print(f"  {name:9} {rate:8.0f} requests/s   p50 {half:>8}   CPU {cpu * 1e6:6.1f} us a request", flush=True)
        ratios = sorted(a / b for a, b in zip(rates["halligan"], rates["nginx"]))
        spread = (max(rates["nginx"]) - min(rates["nginx"])) / statistics.median(rates["nginx"])
        void = "   VOID: the peer itself spreads" if spread > 0.15 else ""
        print(f"gateway, one 1-patient read, {options.connections} connections: {statistics.median(ratios):.2f} x nginx TLS auth_request "
              f"(min {ratios[0]:.2f}, max {ratios[-1]:.2f}; nginx spreads {spread:.0%}){void}")
        print("  (every one of our answers has its durable entry; nginx decides and records nothing)")
    finally:
        nginx.terminate()
        nginx.wait()


if __name__ == "__main__":
    main()
