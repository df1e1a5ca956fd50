#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Plays encrypted scoring between a client and a server, each in a folder of its own, with the models of Examples/.
# Usage: Scripts/demo.sh PATH_TO_HE
set -euo pipefail
export LC_ALL=C

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo 'usage: Scripts/demo.sh PATH_TO_HE   (make demo builds it and runs this)' >&2
  exit 2
fi
he=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
examples=$(cd "$(dirname "$0")/../Examples" && pwd)
stage=$(mktemp -d "${TMPDIR:-/tmp}/tacit-demo.XXXXXX")
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\033[1m' dim=$'\033[2m' client_colour=$'\033[36m' server_colour=$'\033[33m' good=$'\033[32m' bad=$'\033[31m' plain=$'\033[0m'
else
  bold='' dim='' client_colour='' server_colour='' good='' bad='' plain=''
fi

# --- Small things -------------------------------------------------------------------------------------------------------

bytes_of() { wc -c <"$1" | tr -d ' '; }

human() { awk -v n="$1" 'BEGIN { if (n < 1000) printf "%d bytes", n; else if (n < 1e6) printf "%.1f KB", n / 1e3; else printf "%.2f MB", n / 1e6 }'; }

milliseconds() { awk -v s="$1" 'BEGIN { printf "%.0f ms", s * 1000 }'; }

heading() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

# Data lines of a CSV of one column kind: the last `rows` lines, so that a header line does not matter.
column() { tail -n "$2" "$1" | tr -d '\r' | cut -d, -f1; }

# --- The parties --------------------------------------------------------------------------------------------------------

# as PARTY WHY ARGUMENTS…: shows and runs one command in that party's folder; leaves its time in $elapsed.
as() {
  local party=$1 why=$2 colour
  shift 2
  if [ "$party" = client ]; then colour=$client_colour; else colour=$server_colour; fi
  printf '  %s%s%s  %s\n          %s$ he %s%s\n' "$colour" "$party" "$plain" "$why" "$dim" "$*" "$plain"
  local code=0 TIMEFORMAT=%R
  { time (cd "$stage/$party" && "$he" "$@" >"$stage/output" 2>"$stage/messages" </dev/null); } 2>"$stage/time" || code=$?
  if [ "$code" -ne 0 ]; then
    printf '%sThe command failed with exit code %d:%s\n' "$bad" "$code" "$plain" >&2
    cat "$stage/messages" "$stage/output" >&2
    exit 1
  fi
  elapsed=$(tail -n 1 "$stage/time")
}

# send FROM TO FILE WHAT: copies a file to the other party's folder, which is all that ever passes between them.
send() {
  cp "$stage/$1/$3" "$stage/$2/$3"
  printf '  %s%s ──▶ %s   %s, %s: %s%s\n' "$bold" "$1" "$2" "$3" "$(human "$(bytes_of "$stage/$1/$3")")" "$4" "$plain"
}

note() { printf '          %s\n' "$1"; }

# --- What the reader sees of the data -----------------------------------------------------------------------------------

draw_digit() {
  sed -n 2p "$1" | awk -F, '{
    shades = " .:-=+*#@"
    for (y = 0; y < 8; y++) {
      line = ""
      for (x = 1; x <= 8; x++) { shade = substr(shades, 1 + int($(8 * y + x) / 2), 1); line = line shade shade }
      print "          |" line "|"
    }
  }'
}

look_inside() {
  note 'The first row as the client knows it, and the same file as it travels:'
  note "  rows.csv  $(sed -n 2p "$stage/client/rows.csv" | cut -c1-70)…"
  od -An -v -tx1 -N 48 "$stage/client/rows.enc" | awk '{ $1 = $1; printf "            %s  %s\n", NR == 1 ? "rows.enc" : "        ", $0 }'
}

# --- One model from end to end ------------------------------------------------------------------------------------------

summary=''

play() {
  local name=$1 title=$2 folder=$examples/$1 rows upload reply score_time
  rows=$(($(wc -l <"$folder/rows.csv") - 1))
  rm -rf "$stage/client" "$stage/server"
  mkdir -p "$stage/client" "$stage/server"
  cp "$folder/model.onnx" "$folder/train.csv" "$stage/server/"
  cp "$folder/rows.csv" "$stage/client/"

  heading "$title"
  note "$rows rows that the model has not seen; the client keeps them, the server keeps the model."
  if [ "$name" = digits ]; then
    note 'The first of them:'
    draw_digit "$folder/rows.csv"
  fi
  echo

  as server 'folds the scikit-learn model and plans parameters' \
    prepare model.onnx -o server.model --client client.json --input-range train.csv
  note "$(milliseconds "$elapsed")"
  send server client client.json 'public description: features, scales, parameters'
  as client 'makes a secret key that stays here' keygen client.json -o me.secret
  note "$(milliseconds "$elapsed"), $(human "$(bytes_of "$stage/client/me.secret")")"
  as client 'encrypts all rows' encrypt --key me.secret --model client.json rows.csv -o rows.enc
  note "$(milliseconds "$elapsed")"
  look_inside
  send client server rows.enc 'ciphertexts'
  upload=$(bytes_of "$stage/client/rows.enc")
  as server 'scores what it cannot read' score server.model rows.enc -o scores.enc
  score_time=$elapsed
  note "$(milliseconds "$elapsed") for $rows rows, start of the program included"
  send server client scores.enc 'encrypted scores'
  reply=$(bytes_of "$stage/server/scores.enc")
  as client 'opens the answer' decrypt --key me.secret --model client.json scores.enc -o labels.csv --labels
  note "$(milliseconds "$elapsed"); the first row is: $(column "$stage/client/labels.csv" "$rows" | head -n 1)"
  as client 'and the scores behind the labels' decrypt --key me.secret --model client.json scores.enc -o scores.csv --scores
  echo

  verdict "$folder" "$rows"
  secret_stayed
  printf -v summary '%s  %-14s %5d  %10s  %10s  %9s  %14s  %12s\n' "$summary" "$name" "$rows" "$(human "$upload")" "$(human "$reply")" \
    "$(milliseconds "$score_time")" "$agreement" "$accuracy"
}

# Compares with what scikit-learn says in float64 and with the truth; leaves $agreement and $accuracy.
verdict() {
  local folder=$1 rows=$2
  paste -d, <(column "$stage/client/labels.csv" "$rows") <(column "$folder/expected_labels.csv" "$rows") \
    <(column "$folder/true_labels.csv" "$rows") >"$stage/labels"
  agreement=$(awk -F, '$1 == $2 { n++ } END { printf "%d of %d", n, NR }' "$stage/labels")
  accuracy=$(awk -F, '$1 == $3 { n++ } END { printf "%.1f %%", 100 * n / NR }' "$stage/labels")
  local plain_accuracy error
  plain_accuracy=$(awk -F, '$2 == $3 { n++ } END { printf "%.1f %%", 100 * n / NR }' "$stage/labels")
  error=$(awk -F, '
    FNR == 1 { file++ }
    { for (i = 1; i <= NF; i++) if (file == 1) expected[FNR, i] = $i
      else {
        error = $i - expected[FNR, i]; if (error < 0) error = -error; if (!(error <= largest)) largest = error
        size = expected[FNR, i] < 0 ? -expected[FNR, i] : expected[FNR, i]; if (size > scale) scale = size } }
    END { if (scale == 0) scale = 1; printf "%.1e", largest / scale }' \
    <(tail -n "$rows" "$folder/expected_scores.csv") <(tail -n "$rows" "$stage/client/scores.csv" | tr -d '\r'))

  note "Same label as the model in the clear:  $agreement"
  note "Right about the true label:            $accuracy (in the clear: $plain_accuracy)"
  if awk -v e="$error" 'BEGIN { exit !(e + 0 <= 1e-5) }'; then
    note "${good}Largest error of a score:              $error of the largest score (1e-5 allowed)$plain"
  else
    note "${bad}Largest error of a score:              $error of the largest score, more than the 1e-5 allowed$plain"
    exit 1
  fi
}

# The server's folder at the end: nothing of the client's but ciphertexts.
secret_stayed() {
  local file
  if [ -e "$stage/server/me.secret" ] || [ -e "$stage/server/rows.csv" ]; then
    note "${bad}The server's folder holds the client's secret or rows.$plain"
    exit 1
  fi
  for file in "$stage"/server/*; do
    if cmp -s "$file" "$stage/client/me.secret"; then
      note "${bad}$(basename "$file") is a copy of the secret.$plain"
      exit 1
    fi
  done
  note "${good}me.secret never left the client. All that the server ever held: $(cd "$stage/server" && echo *)$plain"
}

# --- The programme ------------------------------------------------------------------------------------------------------

printf '%sTacit: a server scores rows that it cannot read.%s\n' "$bold" "$plain"
play breast_cancer 'Breast cancer: 30 measurements of cell nuclei, benign or malignant?'
play digits 'Handwritten digits: 64 pixels, ten classes'

heading 'The same from end to end in one command, against scores from scikit-learn'
for name in breast_cancer digits; do
  mkdir -p "$stage/client"
  cp "$examples/$name/model.onnx" "$examples/$name/rows.csv" "$examples/$name/expected_scores.csv" "$stage/client/"
  as client "checks $name" check model.onnx rows.csv --expect expected_scores.csv --scores --tolerance 1e-5
  cat "$stage/output" "$stage/messages" | sed 's/^/          /'
done

heading 'In short'
printf '  %-14s %5s  %10s  %10s  %9s  %14s  %12s\n' model rows upload reply scoring 'same as plain' 'right labels'
printf '%s' "$summary"
