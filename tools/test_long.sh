#!/bin/bash
# What `./test long` adds to what is built and passed. Every part can be asked for alone, after a `./test`:
#
#   tools/test_long.sh                 all of them
#   tools/test_long.sh threads lint    those
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/prepare.sh

sanitized() {
  say "Clang with address and undefined sanitizers"
  cmake -S . -B build/sanitized -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DHALLIGAN_SANITIZE=ON > /dev/null
  ninja -C build/sanitized
  ctest --test-dir build/sanitized --output-on-failure -j 2
}

# Whatever has threads: by itself, and the whole program while it works.
threads() {
  say "Clang with the thread sanitizer"
  cmake -S . -B build/threads -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DHALLIGAN_SANITIZE_THREADS=ON > /dev/null
  ninja -C build/threads halligan test_in_http test_out test_api test_fhir_gateway
  local tests=build/threads
  export TSAN_OPTIONS="halt_on_error=1 exitcode=66 suppressions=$PWD/tools/tsan.txt"
  "$tests/test_in_http"
  # What is killed and traced from outside is no matter of threads.
  "$tests/test_out" --gtest_filter='-*SegmentFaults*:*UnderStrace*'
  "$tests/tests/fhir/test_fhir_gateway"
  "$tests/tests/api/test_api" --gtest_filter='*Event*:*Running*'
  HALLIGAN_BIN=$PWD/build/threads/halligan /usr/bin/python3 -m pytest tests/test_events.py tests/test_scenarios_endings.py
  unset TSAN_OPTIONS
}

lint() {
  say "clang-tidy and cppcheck"
  tools/lint.sh
}

seeds() {
  say "Four thousand seeds, and the power failing at each write of twenty"
  build/release/sim/halligan-sim --seed 1000 --seeds 4000
  build/release/sim/halligan-sim --every-write --seed 1 --seeds 20 --steps 60
}

crashes() {
  say "The program killed, and its disk failing, at every call of a start and of a write"
  HALLIGAN_EVERY_CALL=1 HALLIGAN_BIN=$PWD/build/release/halligan /usr/bin/python3 -m pytest -s tests/test_scenarios_kills.py
}

fuzz() {
  say "Fuzzing, a minute for each target"
  cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DHALLIGAN_FUZZ=ON \
    -DCMAKE_CXX_FLAGS="-fsanitize=fuzzer-no-link,address -U_FORTIFY_SOURCE" > /dev/null
  local stored name
  for stored in fuzz/corpus/*; do
    name=$(basename "$stored")
    ninja -C build/fuzz "fuzz_$name"
    # New inputs go to the first folder; what is stored stays as it is.
    mkdir -p "build/fuzz/found/$name"
    (cd build/fuzz && "fuzz/fuzz_$name" -max_total_time=60 -max_len=4096 -verbosity=0 "found/$name" "../../$stored")
  done
}

connections() {
  say "Ten thousand connections"
  HALLIGAN_CONNECTIONS=10000 HALLIGAN_BIN=$PWD/build/release/halligan /usr/bin/python3 -m pytest -s tests/test_many_connections.py
}

mutations() {
  say "Turning round the lines of the decision"
  /usr/bin/python3 tools/mutate_decision.py
  say "Taking away what holds the promises, one at a time"
  /usr/bin/python3 tools/mutate_promises.py
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(sanitized threads lint seeds crashes connections fuzz mutations)
for part in "${parts[@]}"; do
  case $part in
    sanitized | threads | lint | seeds | crashes | connections | fuzz | mutations) "$part" ;;
    *) say "no such part: $part"; exit 2 ;;
  esac
done
