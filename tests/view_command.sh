#!/bin/sh
# `postroad view` as a command: pictures without a display, the same in every process, and one full
# sentence for every mistake, with nothing written.
set -eu
postroad=${POSTROAD_BUILD_DIR:-build/release}/postroad
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset DISPLAY WAYLAND_DISPLAY || true
export LIBGL_ALWAYS_SOFTWARE=1
wrong=0
expect() { # expect SENTENCE COMMAND...
    sentence=$1
    shift
    if "$@" >/dev/null 2>&1; then echo "ok: $sentence"; else
        wrong=1
        echo "NOT SO: $sentence"
        for part in out err; do sed "s/^/    $part: /" "$place/$part"; done
        echo "    status: $status"
    fi
}
view() {
    status=0
    "$postroad" view "$@" >"$place/out" 2>"$place/err" || status=$?
}
said() { grep -qF -- "$1" "$place/err"; }
refuses() { # refuses SENTENCE WORDS-SAID ARGUMENTS...
    sentence=$1 words=$2
    shift 2
    view "$@"
    expect "$sentence: status 2" [ "$status" -eq 2 ]
    expect "$sentence: says so" said "$words"
    expect "$sentence: writes nothing" [ ! -e "$place/none.png" ]
}

"$postroad" >"$place/out" 2>"$place/err"
expect "with nothing typed the first walkthrough is offered" \
    grep -q 'postroad view first-message. walks you through' "$place/out"

for panel in map ladder message host firewall dns what-if search; do
    view first-message --panel $panel --at 300ms --size 640x400 --scale 0.6 --screenshot "$place/$panel.png"
    expect "a picture of the panel $panel" [ "$status" -eq 0 ]
    expect "which is a PNG of some size" [ "$(wc -c <"$place/$panel.png")" -gt 4000 ]
done
# Every panel of every lab, in the middle of its run.
moment() { # moment ARGUMENTS...: of the picture, in nanoseconds
    view "$@" --size 640x400 --screenshot "$place/moment.png"
    date -u -d "$(sed 's/.*, at //' "$place/out")" +%s%N
}
for lab in labs/[0-9]*; do
    lab=${lab#labs/}
    begin=$(moment "$lab" --no-walkthrough --at 0s)
    end=$(moment "$lab" --no-walkthrough)
    middle=$(((end - begin) / 2000000))
    # Of a lab that waits for its reader the middle is the start.
    expect "the run of $lab has a middle" [ "$middle" -ge 0 ]
    for panel in map ladder message host firewall dns what-if search; do
        view "$lab" --panel "$panel" --at "${middle}ms" --size 640x400 --screenshot "$place/$lab-$panel.png"
        expect "a picture of $lab, panel $panel, at ${middle}ms" [ "$status" -eq 0 ]
        expect "which is a PNG of some size" [ "$(wc -c <"$place/$lab-$panel.png")" -gt 4000 ]
    done
    expect "and no panel of $lab is another one" [ "$(cksum "$place/$lab"-*.png | cut -d' ' -f1 | sort -u | wc -l)" -eq 8 ]
done
view first-message --panel map --at 300ms --size 640x400 --scale 0.6 --screenshot "$place/again.png"
expect "the same picture from another process" cmp "$place/map.png" "$place/again.png"
expect "it says what it has written" grep -q 'again.png: 640 x 400, at 2010-09-01T08:00:00.3' "$place/out"
view first-message --panel map --at 300ms --size 640x400 --scale 0.6 --seed 1 --screenshot "$place/seed.png"
expect "the scenario's seed by hand: the same" cmp "$place/map.png" "$place/seed.png"
view the-mx-ladder --stop 3 --light --size 640x400 --scale 0.6 --screenshot "$place/stop.png"
expect "a stop of a walkthrough" [ "$status" -eq 0 ]
view first-message --panel what-if --at 50ms --change 'host = { host = "post", state = "down" }' \
    --size 640x400 --scale 0.6 --screenshot "$place/whatif.png"
expect "a change, compared" [ "$status" -eq 0 ]
expect "which is another picture than no change" [ "$(cksum <"$place/whatif.png")" != "$(cksum <"$place/what-if.png")" ]

view first-message --size 320x320 --scale 0.5 --animate "$place/film"
expect "a walkthrough as pictures" [ "$status" -eq 0 ]
expect "with their times" grep -q '^duration' "$place/film/frames.txt"
expect "and what was made is told" grep -q 'film: [0-9]* stops, [0-9]* pictures' "$place/out"
view first-message --size 320x320 --scale 0.5 --animate "$place/film.gif"
expect "a walkthrough as a film" [ "$status" -eq 0 ]
expect "which is a GIF" [ "$(head -c 6 "$place/film.gif")" = GIF89a ]
expect "and nothing beside it" [ ! -e "$place/film.gif.frames" ]

view first-message
expect "without a display: status 2" [ "$status" -eq 2 ]
expect "in one line" [ "$(wc -l <"$place/err")" -eq 1 ]
expect "which offers show" said 'postroad show'
expect "and a notebook's player" said 'world.player()'
expect "and --screenshot" said '--screenshot'

none=$place/none.png
refuses "no such lab" 'did you mean "first-message"?' first-mesage --screenshot "$none"
refuses "no such panel" 'there is no panel "mapp"' first-message --panel mapp --screenshot "$none"
refuses "no such size" 'write 1280x800' first-message --size 12 --screenshot "$none"
refuses "no such scale" 'is no size: write 0.5 to 4' first-message --scale big --screenshot "$none"
refuses "no such moment" 'is no moment: write 90s' first-message --at soon --screenshot "$none"
refuses "no such stop" 'there is no stop 99' first-message --stop 99 --screenshot "$none"
refuses "no such host" 'there is no host or firewall "mial"' first-message --host mial --screenshot "$none"
refuses "a film without a walkthrough" 'no walkthrough here' first-message --no-walkthrough --animate "$place/none"
refuses "no such kind of film" 'write .gif' first-message --animate "$place/film.avi"
status=0
env PATH=/nonexistent "$postroad" view first-message --animate "$none.gif" >"$place/out" 2>"$place/err" ||
    status=$?
expect "a film without ffmpeg: status 2" [ "$status" -eq 2 ]
expect "a film without ffmpeg: says so" said 'install it'
refuses "no such folder" 'cannot write' first-message --screenshot "$place/nowhere/none.png"
exit "$wrong"
