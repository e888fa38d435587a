# prepare.sh - what ./run, ./test and ./bench need: packages, node modules, the program. To be sourced.
#
# Says what it does, and does nothing that is done already. Nothing comes from anywhere but Debian and npm.

# Interrupted is over, also where what was running took the interrupt for itself, as apt does.
trap 'exit 130' INT

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo > /dev/null; then sudo "$@"
  else say "This needs root, or sudo: $*"; return 1
  fi
}

# Debian packages that are missing, and those named. Node may have come from elsewhere: any from 18 on will do.
install_packages() {
  local wanted=() missing=() package
  mapfile -t wanted < <(grep -v '^#' tools/packages.txt | grep .)
  wanted+=("$@")
  if ! { command -v npm && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'; } > /dev/null 2>&1; then
    wanted+=(nodejs npm)
  fi
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get -qq update
  # The directory that tests ask is one that they start: the package is not to start another.
  if [[ " ${missing[*]} " == *" slapd "* ]]; then
    echo "slapd slapd/no_configuration boolean true" | as_root debconf-set-selections
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" > /dev/null
}

# npm_ci FOLDER WHAT : no script of a package is run.
npm_ci() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return
  say "Installing $2"
  (cd "$1" && npm ci --silent --ignore-scripts --no-audit --no-fund) && touch "$1/node_modules/.package-lock.json"
}

# The console is built by Node 20 or later. Debian 12 has 18: there npm brings one, and goes on with its own itself.
install_node_modules() {
  npm_ci demo "the demo's node modules"
  npm_ci web "the console's node modules"
  node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' && return
  npm_ci tools/node "a newer Node"
  local newer=(tools/node/node_modules/node-linux-*/bin)
  export PATH=$PWD/${newer[0]}:$PATH
}

# A line now and then of ninja's "[12/171] ...", for whoever reads a log.
percents() {
  awk -F '[][/]' '/^\[[0-9]+\/[0-9]+\]/ { now = int(10 * $2 / $3); if (now > told && $3 > 20) { told = now; printf "  %d0 %% built\n", now; fflush() } }' >&2
}

# build FOLDER TARGET... : an incremental build; its output is shown only where it is watched or wrong.
build() {
  local folder=$1 log
  shift
  log=$folder/build.log
  mkdir -p "$folder"
  [ -f "$folder/build.ninja" ] || cmake -S . -B "$folder" -G Ninja > "$log" 2>&1 || { cat "$log" >&2; return 1; }
  if [ -t 2 ]; then ninja -C "$folder" "$@" >&2
  else (set -o pipefail; ninja -C "$folder" "$@" 2>&1 | tee "$log" | percents) || { tail -60 "$log" >&2; return 1; }
  fi
}
