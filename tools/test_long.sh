#!/bin/bash
# What `./test long` adds: clang with address and undefined sanitizers, thousands of seeds, longer
# fuzzing, and turning round the lines of the decision one at a time.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/prepare.sh

say "Clang with address and undefined sanitizers"
cmake -S . -B build/sanitized -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DHALLIGAN_SANITIZE=ON > /dev/null
ninja -C build/sanitized
ctest --test-dir build/sanitized --output-on-failure -j 2

say "Four thousand seeds"
build/release/sim/halligan-sim --seed 1000 --seeds 4000

say "Fuzzing, a minute for each target"
cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DHALLIGAN_FUZZ=ON \
  -DCMAKE_CXX_FLAGS="-fsanitize=fuzzer-no-link,address -U_FORTIFY_SOURCE" > /dev/null
for source in fuzz/*.cc; do
  name=fuzz_$(basename "$source" .cc)
  ninja -C build/fuzz "$name"
  # New inputs go to the first folder; what is stored stays as it is.
  mkdir -p "build/fuzz/found/$name"
  (cd build/fuzz && "fuzz/$name" -max_total_time=60 -max_len=4096 -verbosity=0 "found/$name" "../../fuzz/corpus/${name#fuzz_}")
done

say "Turning round the lines of the decision"
/usr/bin/python3 tools/mutate_decision.py

say "Taking away what holds the promises, one at a time"
/usr/bin/python3 tools/mutate_promises.py
