#!/usr/bin/python3
"""scim.py - a public SCIM tester (scim2-tester, PyPI) against a server that is started for it.

What it finds wrong fails, but for what is refused on purpose, which is named here.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = TREE / "build" / "interop" / "scim"
PINNED = ["scim2-tester==0.5.2", "scim2-client==0.13.2", "scim2-models==0.12.3", "httpx2==2.16.2"]
sys.path.insert(0, str(TREE / "tests"))

# An account is active or it is not: to take the attribute away would say neither.
ON_PURPOSE = {("check_remove_attribute", "PATCH modify() did not remove attribute 'active'")}

POLICY = """
[[provisioning]]
name = "hr"

[[group]]
from = "hr"
name = "Service desk"
roles = ["it-support"]
"""

ASKS = """
import os, sys
import httpx2 as httpx
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
client = SyncSCIMClient(httpx.Client(base_url=sys.argv[1] + "/scim/v2", verify=False, timeout=60,
                                     headers={"Authorization": "Bearer " + sys.stdin.readline().strip()}))
client.discover()
for result in check_server(client):
    print(result.status.name, result.title, (result.reason or "").splitlines()[0] if result.reason else "", sep="\\t")
"""


def install():
    if not (VENV / "bin" / "python").exists():
        VENV.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED], check=True)


def main():
    from halligan_world import DEMO, World, demo_policy
    install()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder / "hospital")],
                       check=True, capture_output=True)
        world = World(folder / "world", folder / "hospital", policy=demo_policy() + POLICY).start(load=False)
        try:
            token = world.admin.api("PUT", "/provisioning/hr", {}, ok=201).json["token"]
            asked = subprocess.run([VENV / "bin" / "python", "-c", ASKS, world.base], input=token + "\n", capture_output=True, text=True,
                                   env={**os.environ, "PYTHONWARNINGS": "ignore"}, timeout=600)
        finally:
            world.stop()
    if asked.returncode != 0:
        sys.exit(asked.stderr[-2000:])
    results = [tuple(line.split("\t")) for line in asked.stdout.splitlines() if line.count("\t") == 2]
    wrong = [each for each in results if each[0] not in ("SUCCESS", "COMPLIANT", "SKIPPED") and each[1:] not in ON_PURPOSE]
    for each in wrong:
        print("   ", *each)
    refused = sum(each[1:] in ON_PURPOSE for each in results)
    print(f"   {len(results) - len(wrong) - refused} checks of scim2-tester passed, {refused} refused on purpose, {len(wrong)} failed")
    return 1 if wrong or len(results) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
