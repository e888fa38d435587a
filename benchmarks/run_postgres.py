#!/usr/bin/env python3
"""run_postgres.py - the journal with 64 waiting beside PostgreSQL's synchronous insert with 64 clients.

    run_postgres.py LEDGER_BENCH FOLDER

A throwaway cluster on the same disk, fsync and synchronous_commit on, one table of encrypted entries
with one index, pgbench over a Unix socket. Both take turns; the median ratio is printed with its
spread. PostgreSQL does not encrypt, chain or hash what it is given; the journal does.
"""
import os
import pathlib
import pwd
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROUNDS, SECONDS, CLIENTS = 5, 3, 64
SETTINGS = """
listen_addresses = ''
max_connections = 100
shared_buffers = 128MB
fsync = on
synchronous_commit = on
"""
TABLE = "CREATE TABLE entries (id bigserial PRIMARY KEY, patient bytea NOT NULL, stored bytea NOT NULL)"
INSERT = "INSERT INTO entries (patient, stored) VALUES (decode(md5(random()::text), 'hex'), decode(repeat(md5(random()::text), 24), 'hex'))\n"


def programs():
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not versions:
        sys.exit("run_postgres.py: PostgreSQL is not installed (postgresql-15, postgresql-contrib)")
    return versions[-1]


def main():
    bench, where = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    at = programs()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postgres-", dir=where))
    server_user = {}
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        shutil.chown(folder, "postgres", "postgres")
        server_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for parent in folder.parents:
            if not os.stat(parent).st_mode & 0o001:
                sys.exit(f"run_postgres.py: the user postgres cannot enter {parent}")

    def run(*command, **more):
        return subprocess.run([str(each) for each in command], check=True, text=True, capture_output=True, cwd=folder, **server_user, **more).stdout

    data = folder / "data"
    script = folder / "insert.sql"
    run(at / "initdb", "-D", data, "-A", "trust", "--no-locale", "-E", "UTF8", "-N")
    with open(data / "postgresql.conf", "a") as file:
        file.write(SETTINGS + f"unix_socket_directories = '{folder}'\n")
    script.write_text(INSERT)
    run(at / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "start")
    name = pwd.getpwuid(os.geteuid()).pw_name if not server_user else "postgres"
    try:
        run(at / "psql", "-h", folder, "-U", name, "-d", "postgres", "-c", TABLE)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            out = run(at / "pgbench", "-h", folder, "-U", name, "-n", "-c", CLIENTS, "-j", 2, "-T", SECONDS, "-M", "prepared", "-f", script, "postgres")
            theirs.append(float(re.search(r"tps = ([\d.]+)", out).group(1)))
            ours.append(float(subprocess.run([bench, "--waiting", str(CLIENTS), str(SECONDS), str(where)], check=True, text=True, capture_output=True).stdout))
        ratios = sorted(a / b for a, b in zip(ours, theirs))
        spread = (max(theirs) - min(theirs)) / statistics.median(theirs)
        void = "   VOID: the peer itself spreads" if spread > 0.15 else ""
        print(f"PostgreSQL, synchronous insert, {CLIENTS} clients: {statistics.median(theirs):.0f}/s ({min(theirs):.0f} to {max(theirs):.0f})")
        print(f"journal, {CLIENTS} waiting: {statistics.median(ours):.0f}/s, {statistics.median(ratios):.1f} x PostgreSQL "
              f"(min {ratios[0]:.1f}, max {ratios[-1]:.1f}; aim 8; PostgreSQL spreads {spread:.0%}){void}")
    finally:
        run(at / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
